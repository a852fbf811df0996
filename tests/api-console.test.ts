/**
 * The console as the API serves it: the page at each of its addresses, its assets for ever and compressed, what a
 * browser may do with it, and what is shown while it is not built.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pages } from '../model/pages.ts'
import { type ApiFixture, startApiFixture } from './api-fixture.ts'
import { temporaryFolder } from './support/temporary.ts'

const folder = temporaryFolder()
const page = '<!doctype html><script type="module" src="/assets/main-abc123.js"></script>'
const script = `console.log(${JSON.stringify('lantern '.repeat(200))})`
const baseMap = { url: 'https://tiles.example:8443/{z}/{x}/{y}.png', attribution: '© The Mappers' }

async function putFile(path: string, text: string): Promise<void> {
  await writeFile(join(folder, path), text)
  await writeFile(join(folder, `${path}.br`), brotliCompressSync(text))
  await writeFile(join(folder, `${path}.gz`), gzipSync(text))
}

let city: ApiFixture
beforeAll(async () => {
  await mkdir(join(folder, 'assets'))
  await putFile('index.html', page)
  await putFile('assets/main-abc123.js', script)
  await writeFile(join(folder, 'assets/inter-def456.woff2'), 'a font')
  await writeFile(join(folder, 'lantern.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
  await writeFile(join(folder, 'secret.txt'), 'not for anyone')
  city = await startApiFixture({ console: { folder, ready: async () => undefined } })
})
afterAll(() => city.stop())

/** Every address of the page, with something in the place of `:id`. */
const addresses = Object.values(pages).map((path) => path.replace(/:\w+/, 'any-1'))

describe('the page', () => {
  test.each(addresses)('is at %s, never kept without asking', async (url) => {
    const answer = await city.ask('GET', url)
    expect([answer.statusCode, answer.body]).toEqual([200, page])
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(answer.headers['cache-control']).toBe('no-cache')
    const etag = String(answer.headers.etag)
    expect(etag).toMatch(/^(W\/)?"/)
    const again = await city.ask('GET', url, { headers: { 'if-none-match': etag } })
    expect([again.statusCode, again.body]).toEqual([304, ''])
    const head = await city.ask('HEAD', url)
    expect([head.statusCode, head.body, head.headers.etag]).toEqual([200, '', etag])
  })

  test('takes what stands behind a question mark, and no other method', async () => {
    expect((await city.ask('GET', '/alerts?severity=major')).body).toBe(page)
    const posted = await city.ask('POST', '/alerts', { body: {} })
    expect([posted.statusCode, posted.json().code]).toEqual([405, 'method-not-allowed'])
  })

  test('may load and ask nothing but Lantern', async () => {
    const { headers } = await city.ask('GET', '/')
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; img-src 'self' data: blob:; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    )
    expect(headers).toMatchObject({
      'cross-origin-opener-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    })
    expect(headers['permissions-policy']).toContain('geolocation=()')
  })

  test('may also load the tiles of the outside map, and says to them where it is', async () => {
    const other = await startApiFixture({ baseMap, console: { folder, ready: async () => undefined } })
    try {
      const { headers } = await other.ask('GET', '/')
      expect(headers['content-security-policy']).toContain(
        "; img-src 'self' data: blob: https://tiles.example:8443; ",
      )
      expect(headers['referrer-policy']).toBe('strict-origin')
    } finally {
      await other.stop()
    }
  })
})

describe('assets', () => {
  test('are kept for ever, and compressed beforehand', async () => {
    for (const [encoding, open] of [
      ['br', brotliDecompressSync],
      ['gzip', gunzipSync],
    ] as const) {
      const answer = await city.ask('GET', '/assets/main-abc123.js', {
        headers: { 'accept-encoding': encoding },
      })
      expect(answer.statusCode).toBe(200)
      expect(answer.headers).toMatchObject({
        'content-encoding': encoding,
        'content-type': expect.stringMatching(/^(text|application)\/javascript/),
        'cache-control': 'public, max-age=31536000, immutable',
        vary: 'accept-encoding',
      })
      expect(open(answer.rawPayload).toString()).toBe(script)
    }
    const plain = await city.ask('GET', '/assets/main-abc123.js')
    expect([plain.headers['content-encoding'], plain.body]).toEqual([undefined, script])
    const font = await city.ask('GET', '/assets/inter-def456.woff2', { headers: { 'accept-encoding': 'br' } })
    expect([font.headers['content-type'], font.headers['content-encoding'], font.body]).toEqual([
      'font/woff2',
      undefined,
      'a font',
    ])
  })

  test.each([
    '/assets/gone-000000.js',
    '/assets/',
    '/assets/..%2Fsecret.txt',
    '/assets/%2e%2e/secret.txt',
    '/secret.txt',
    '/index.html',
  ])('%s is a problem, and never the page', async (url) => {
    const answer = await city.ask('GET', url)
    expect([400, 404]).toContain(answer.statusCode)
    expect(answer.headers['content-type']).toContain('application/problem+json')
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.body).not.toContain('not for anyone')
  })

  test('the picture beside the title has a name that stays, and is kept for a day', async () => {
    const answer = await city.ask('GET', '/lantern.svg')
    expect([answer.statusCode, answer.headers['content-type'], answer.headers['cache-control']]).toEqual([
      200,
      'image/svg+xml',
      'public, max-age=86400',
    ])
  })
})

describe('while the page is not built', () => {
  const ask = async (ready: () => Promise<void>, pageMs: number) => {
    const other = await startApiFixture({ console: { folder, ready }, limits: { pageMs } })
    try {
      return await other.ask('GET', '/')
    } finally {
      await other.stop()
    }
  }

  test('a request waits for it', async () => {
    const answer = await ask(() => sleep(50), 60_000)
    expect([answer.statusCode, answer.body]).toEqual([200, page])
  })

  test('and after its patience says that it comes, and asks again', async () => {
    const answer = await ask(() => new Promise(() => {}), 20)
    expect(answer.statusCode).toBe(503)
    expect(answer.headers).toMatchObject({ refresh: '2', 'retry-after': '2', 'cache-control': 'no-store' })
    expect(answer.body).toContain('still being built')
  })

  test('because it cannot be, what to do is said, where the API is, and nothing of the inside', async () => {
    const answer = await ask(() => Promise.reject(new Error('/home/somebody/vite is broken')), 60_000)
    expect(answer.statusCode).toBe(503)
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(answer.headers['content-security-policy']).toMatch(
      /^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='; /,
    )
    expect(answer.body).toContain('npm ci &amp;&amp; npm start')
    expect(answer.body).toContain('href="/docs"')
    expect(answer.body).not.toContain('somebody')
  })
})
