/**
 * The first look: `npm start` prints a link, whoever opens it is signed in as an operator without copying a key, and
 * stays so over a restart; what a person does then bears the name of a key. Where others could reach Lantern, no link.
 */
import { afterEach, expect, it } from 'vitest'
import { z } from 'zod'
import { session } from '../../model/answers/session.ts'
import { adminKeyOf, type RunningLantern, seedDevices, startLantern } from '../support/lantern.ts'
import { temporaryFolder } from '../support/temporary.ts'

const soon = { timeout: 60_000 }
let lantern: RunningLantern | undefined
afterEach(async () => {
  await lantern?.stop()
  lantern = undefined
})

const line = z.looseObject({ msg: z.literal('open this once to sign in'), url: z.url() })
const linksOf = ({ log }: RunningLantern) =>
  log.map((one) => line.safeParse(one)).filter((one) => one.success)

/** A page that was opened at an address of this Lantern: what it asks, with the cookies that its browser keeps. */
function pageAt({ httpUrl }: RunningLantern, cookie = '') {
  const origin = new URL(httpUrl).origin
  let kept = cookie
  return {
    cookie: () => kept,
    async ask(method: string, path: string, body?: object) {
      const response = await fetch(new URL(path, httpUrl), {
        method,
        headers: {
          ...(kept && { cookie: kept }),
          ...(method !== 'GET' && { origin }),
          ...(body && { 'content-type': 'application/json' }),
        },
        ...(body && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(10_000),
      })
      const [set] = response.headers.getSetCookie()
      if (set !== undefined) kept = set.split(';')[0] ?? ''
      return { status: response.status, body: await response.json() }
    },
  }
}

it('the printed link signs in once, as an operator, also after a restart', soon, async () => {
  const dataDir = temporaryFolder()
  await seedDevices(dataDir, 1)
  const first = await startLantern({ dataDir })
  lantern = first
  const [link, ...more] = linksOf(first)
  expect(more).toEqual([])
  const { origin, pathname, hash, search } = new URL(link?.data.url ?? '')
  expect([origin, pathname, search]).toEqual([first.httpUrl, '/sign-in', ''])
  const code = hash.slice(1)

  const page = pageAt(first)
  const { status, body } = await page.ask('POST', '/v1/session', { code })
  const key = adminKeyOf(dataDir).split('_')[1]
  expect([status, session.parse(body).signedIn]).toMatchObject([200, { key, role: 'operator' }])
  expect((await pageAt(first).ask('POST', '/v1/session', { code })).status).toBe(401)
  expect((await page.ask('PATCH', '/v1/devices/dev-0', { name: 'Seen to' })).status).toBe(200)

  await first.stop()
  const second = await startLantern({ dataDir })
  lantern = second
  const later = pageAt(second, page.cookie())
  expect((await later.ask('GET', '/v1/devices/dev-0')).body).toMatchObject({ name: 'Seen to' })
  expect(linksOf(second)[0]?.data.url).not.toContain(code)
  expect((await later.ask('DELETE', '/v1/session')).body).toEqual({ signedIn: null })
  expect((await pageAt(second, page.cookie()).ask('GET', '/v1/devices')).status).toBe(401)
})

it('no link is printed where HTTP listens on more than this machine', soon, async () => {
  lantern = await startLantern({ dataDir: temporaryFolder(), env: { LANTERN_HTTP_HOST: '0.0.0.0' } })
  expect(lantern.log.some(({ msg }) => msg === 'HTTP is open')).toBe(true)
  expect(lantern.log.filter((one) => JSON.stringify(one).includes('sign-in'))).toEqual([])
})
