/** The public feed: every message valid against the OASIS schema of CAP 1.2, and nothing in it that is not public. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { validateXML } from 'xmllint-wasm'
import { capTime } from '../api/cap/document.ts'
import { hour } from '../model/time.ts'
import { opening, stepping } from './alert-examples.ts'
import { type ApiFixture, now, startApiFixture } from './api-fixture.ts'

const schema = readFileSync(new URL('fixtures/cap/CAP-v1.2.xsd', import.meta.url), 'utf8')
let city: ApiFixture
beforeAll(async () => {
  city = await startApiFixture({ publicUrl: 'https://lantern.example' })
  await city.registry.changeAlerts(
    [
      opening('water', 't1', {
        title: 'Water & mud <over> the "road"\u0007 at Chợ Thủ Dầu Một',
        ...{
          since: now - 3 * hour,
          openedAt: now - 2 * hour,
          public: true,
          kind: 'street_sensor',
          place: 'p3',
          areas: ['25750', '719', '74'],
        },
      }),
      opening('dark', 'c1'),
      stepping('water t1', 'escalated', { severity: 'critical', at: now - hour }),
      stepping('water t1', 'commented', { comment: 'only for operators' }),
      stepping('water t1', 'cleared', { at: now }),
      opening('silence', '718', {
        public: true,
        subjectType: 'area',
        kind: null,
        place: null,
        areas: ['718', '74'],
      }),
    ],
    now,
  )
})
afterAll(() => city.stop())

const get = (url: string) => city.ask('GET', url)
async function faultsOf(contents: string): Promise<string[]> {
  const result = await validateXML({
    xml: { fileName: 'message.xml', contents },
    schema: { fileName: 'CAP-v1.2.xsd', contents: schema },
  })
  return result.errors.map(({ message }) => message)
}

describe('the public feed', () => {
  it('has what is public, and links to messages that are valid CAP 1.2', async () => {
    const feed = await get('/v1/cap')
    expect(feed.headers['content-type']).toContain('application/atom+xml')
    const links = [...feed.body.matchAll(/href="https:\/\/lantern\.example(\/v1\/cap\/[^"]+)"/g)].map(
      ([, path]) => path ?? '',
    )
    expect(links).toEqual(['/v1/cap/3/6', '/v1/cap/1/5'])
    const bodies = await Promise.all(links.map(async (link) => (await get(link)).body))
    // Pages that are open to everyone.
    expect(bodies.map((body) => /<web>(.*)<\/web>/.exec(body)?.[1])).toEqual([
      'https://lantern.example/areas/718',
      'https://lantern.example/places/p3',
    ])
    for (const link of links) {
      const message = await get(link)
      expect(message.headers['content-type']).toContain('application/cap+xml')
      expect(await faultsOf(message.body)).toEqual([])
    }
  })

  it('says of each step what kind of message it is, and what came before it', async () => {
    const [first, update, end] = await Promise.all(
      [1, 3, 5].map(async (step) => (await get(`/v1/cap/1/${step}`)).body),
    )
    for (const message of [first, update, end]) expect(await faultsOf(message ?? '')).toEqual([])
    expect(first).toContain('<msgType>Alert</msgType>')
    expect(first).not.toContain('references')
    expect(first).toContain('Water &amp; mud &lt;over&gt; the &quot;road&quot; at Chợ Thủ Dầu Một')
    expect(first).toContain('<circle>10.98,106.65 0.3</circle>')
    expect(first).toContain('<status>Exercise</status>')
    expect(update).toContain('<msgType>Update</msgType>')
    expect(update).toMatch(/<references>lantern@lantern\.example,lantern-1-1,[^ ]+\+07:00<\/references>/)
    expect(update).toContain('<severity>Extreme</severity>')
    expect(end).toContain('<msgType>Cancel</msgType>')
    expect(end).toMatch(/<references>[^ ]+ [^ ]+<\/references>/)
    expect(end).not.toContain('only for operators')
  })

  it("draws an area's boundary", async () => {
    const { body } = await get('/v1/cap/3/6')
    expect(body).toContain('<polygon>10.9,106.6 10.9,106.7 11,106.7 10.9,106.6</polygon>')
    expect(body).toContain('<status>Actual</status>')
  })

  it('tells nothing of what is not public', async () => {
    for (const path of ['/v1/cap/2/2', '/v1/cap/1/2', '/v1/cap/1/4', '/v1/cap/99/1'])
      expect((await get(path)).json()).toMatchObject({
        code: 'not-found',
        detail: 'There is no such public message.',
      })
  })

  it('writes times with a numeric offset', () => {
    expect(capTime(now, 7 * hour)).toBe('2026-03-10T12:00:00+07:00')
    expect(capTime(now, -3.5 * hour)).toBe('2026-03-10T01:30:00-03:30')
    expect(capTime(now, 0)).toBe('2026-03-10T05:00:00-00:00')
  })
})
