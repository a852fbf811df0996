/**
 * What should not come through the HTTP window: requests of any shape, paths out of the house, bodies of any
 * kind, slow ones, half ones, WebSockets that are none. No answer is a mistake of Lantern's, and it goes on.
 */
import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { generate } from 'mqtt-packet'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { adminKeyOf, figuresOf, type RunningLantern, seedDevices, startLantern } from '../support/lantern.ts'
import type { SignedUp } from '../support/small-city.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { asking, rejectionsOf } from './asking.ts'
import { connectPacket } from './wire.ts'
import { expectAllIsWell } from './witness.ts'

const soon = { timeout: 15_000, interval: 200 }
const dataDir = temporaryFolder()
let lantern: RunningLantern
let key: string
let camera: SignedUp
let counter: SignedUp
beforeAll(async () => {
  const [first, second] = await seedDevices(dataDir, 3)
  if (!first || !second) throw new Error('no devices')
  camera = first
  counter = second
  lantern = await startLantern({ dataDir })
  key = adminKeyOf(dataDir)
})
afterEach(() => expectAllIsWell(lantern, dataDir, counter))
afterAll(() => lantern?.stop())

function open(): Promise<Socket> {
  const socket = connect(Number(new URL(lantern.httpUrl).port), '127.0.0.1')
  socket.on('error', () => undefined)
  return new Promise((resolve) => socket.once('connect', () => resolve(socket)))
}

/** Sends bytes and gives back what is answered until the connection ends, or the beginning of it after a while. */
async function exchange(...chunks: readonly (string | Buffer)[]): Promise<string> {
  const socket = await open()
  let answer = ''
  const ended = new Promise((resolve) => socket.once('close', resolve))
  socket.on('data', (bytes) => {
    answer += bytes.toString('latin1')
  })
  for (const chunk of chunks) socket.write(chunk)
  await Promise.race([ended, sleep(2000, undefined, { ref: false })])
  socket.destroy()
  return answer
}

/** The status that an answer begins with; undefined: there was none. */
function statusOf(answer: string): number | undefined {
  const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(answer) ?? []
  return status === undefined ? undefined : Number(status)
}

const routes = [
  ...[
    '/',
    '/docs',
    '/docs/static/x',
    '/openapi.json',
    '/healthz',
    '/metrics',
    '/mqtt',
    '/v1',
    '//',
    '/%',
    '/%00',
  ],
  ...[
    '/v1/coverage',
    '/v1/places',
    '/v1/places/d1-a',
    '/v1/areas',
    '/v1/areas/p1',
    '/v1/kinds',
    '/v1/rejections',
  ],
  ...['/v1/devices', '/v1/devices/dev-0', '/v1/devices/dev-0/readings', '/v1/devices/tokens', '/v1/keys'],
  ...[
    '/v1/telemetry/camera',
    '/v1/telemetry/traffic_counter',
    '/v1/places/__proto__',
    '/v1/areas/constructor',
  ],
]
const names = [
  'level',
  'within',
  'area',
  'type',
  'state',
  'bbox',
  'format',
  'limit',
  'cursor',
  'kind',
  'place',
]
names.push('from', 'to', 'field', 'aggregate', 'window', 'groupBy', 'device', 'reason', 'fault', '__proto__')
const values = [
  '',
  '0',
  '-1',
  '1e3',
  'NaN',
  '9'.repeat(30),
  'd1',
  '__proto__',
  'fps',
  'recording',
  'p95',
  'last',
]
values.push(
  '1s',
  '5m',
  '999999d',
  '1d',
  '9999-12-31T23:59:59Z',
  '0001-01-01T00:00:00Z',
  'area',
  'device',
  'geojson',
)
values.push(
  '106,10,107,11',
  '%00',
  '%ff',
  '%F0%9F%98%80',
  'a'.repeat(700),
  'eyJsaXN0IjoicGxhY2VzIn0',
  'dev-0',
  '[]',
)
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'NONSENSE']

/** A request put together at random from what the API knows and what it does not. */
const request = fc
  .record({
    method: fc.constantFrom(...methods),
    path: fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...routes) },
      { weight: 1, arbitrary: fc.webPath() },
    ),
    query: fc.array(
      fc.tuple(fc.constantFrom(...names), fc.oneof(fc.constantFrom(...values), fc.webSegment())),
      {
        maxLength: 4,
      },
    ),
    authorized: fc.boolean(),
    type: fc.constantFrom('application/json', 'text/plain', 'application/json; charset=utf-16', 'x', ''),
    body: fc.oneof(
      fc.constantFrom(
        '',
        '{}',
        '[]',
        'null',
        '{',
        '{"__proto__":{"a":1}}',
        '{"devices":[{}]}',
        '{"ids":[1]}',
      ),
      fc.constantFrom(
        '{"ids":["dev-0","dev-0"]}',
        '{"place":"nowhere"}',
        '{"name":"\\ud800","role":"viewer"}',
      ),
      fc.json(),
    ),
  })
  .map(({ method, path, query, authorized, type, body }) => {
    const asked = query.map(([name, value]) => `${name}=${value}`).join('&')
    const length = Buffer.byteLength(body)
    const authorization = authorized ? `Authorization: Bearer ${key}\r\n` : ''
    const head = `${method} ${path || '/'}${asked && '?'}${asked} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n`
    return `${head}${authorization}Content-Type: ${type}\r\nContent-Length: ${length}\r\n\r\n${body}`
  })

const get = (path: string, ...headers: string[]) =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers.map((line) => `${line}\r\n`).join('')}\r\n`

const upgrade = (path: string) =>
  get(
    path,
    'Upgrade: websocket',
    'Sec-WebSocket-Protocol: mqtt',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}`,
  ).replace('Connection: close', 'Connection: Upgrade')

/** A WebSocket frame with a mask of zeros. */
function frame(opcode: number, payload: Buffer, isLast = true): Buffer {
  const length =
    payload.length < 126 ? [0x80 | payload.length] : [0x80 | 126, payload.length >> 8, payload.length & 255]
  return Buffer.concat([Buffer.from([(isLast ? 0x80 : 0) | opcode, ...length, 0, 0, 0, 0]), payload])
}

describe('HTTP', { timeout: 60_000 }, () => {
  it('any request is answered, and never as a mistake of ours', async () => {
    await fc.assert(
      fc.asyncProperty(request, async (text) => {
        const status = statusOf(await exchange(text))
        expect(status, text).toBeGreaterThanOrEqual(200)
        expect(status, text).toBeLessThan(500)
      }),
      { numRuns: 400 },
    )
  })

  it('bytes that are no request', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 500 }), async (bytes) => {
        const answer = await exchange(Buffer.from(bytes), '\r\n\r\n')
        expect(statusOf(answer) ?? 400).toBe(400)
      }),
      { numRuns: 40 },
    )
  })

  it.each([
    '/docs/static/../../package.json',
    '/docs/static/%2e%2e/%2e%2e/package.json',
    '/docs/static/..%2f..%2f..%2fpackage.json',
    '/docs/static/..%5c..%5cpackage.json',
    '/docs/static//etc/passwd',
    '/../../../../etc/passwd',
    '/v1/places/..%2f..%2fkeys',
    '/v1/../data/admin.key',
  ])('%s leads nowhere', async (path) => {
    const answer = await exchange(get(path))
    expect([400, 404]).toContain(statusOf(answer))
    expect(answer).not.toMatch(/"dependencies"|root:|lk_/)
  })

  it.each<[string, (string | Buffer)[], number]>([
    ['an address of 100 KB', [get(`/v1/places/${'a'.repeat(100_000)}`)], 400],
    ['an identifier of 5 KB', [get(`/v1/places/${'a'.repeat(5000)}`)], 404],
    ['headers of 100 KB', [get('/v1/coverage', `X-Long: ${'a'.repeat(100_000)}`)], 400],
    ['two lengths', [get('/v1/coverage', 'Content-Length: 1', 'Content-Length: 2')], 400],
    [
      'a length and chunks',
      [get('/v1/coverage', 'Content-Length: 3', 'Transfer-Encoding: chunked'), '0\r\n\r\n'],
      400,
    ],
    ['a negative length', [get('/v1/coverage', 'Content-Length: -1')], 400],
    ['HTTP/2', ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'], 400],
    ['a version to come', ['GET / HTTP/9.9\r\n\r\n'], 400],
    ['a header with a line feed', [get('/v1/coverage', 'X-Bad: a\nb: c')], 400],
  ])('%s', async (_what, chunks, status) => {
    expect(statusOf(await exchange(...chunks))).toBe(status)
  })

  it.each<[string, string, string | Buffer, number]>([
    ['no JSON', 'application/json', '{"id":', 400],
    ['another media type', 'text/csv', 'id,kind\n', 415],
    ['a form', 'application/x-www-form-urlencoded', 'id=x', 415],
    ['no media type', '', '{}', 415],
    ['another encoding', 'application/json', Buffer.from('{"id":"ü"}', 'utf16le'), 400],
    ['a prototype', 'application/json', '{"__proto__":{"role":"admin"},"id":"x"}', 400],
    ['endless depth', 'application/json', '['.repeat(500_000), 400],
  ])('a body: %s', async (_what, type, body, status) => {
    const response = await fetch(`${lantern.httpUrl}/v1/devices`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': type },
      body,
      signal: AbortSignal.timeout(15_000),
    })
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({
      status,
      remedy: expect.stringMatching(/.{10}/),
      retryable: false,
    })
  })

  it('a body of six megabytes is refused before it has come', async () => {
    const head = `POST /v1/devices HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\n`
    const answer = await exchange(
      `${head}Content-Type: application/json\r\nContent-Length: ${6 << 20}\r\n\r\n{"id":"`,
    )
    expect(statusOf(answer)).toBe(413)
    expect(answer).toContain('"code":"payload-too-large"')
  })

  it('three hundred that send a byte now and then keep nobody waiting', async () => {
    const slow = await Promise.all(Array.from({ length: 300 }, open))
    const request = get('/v1/coverage')
    for (let at = 0; at < 20; at++) {
      for (const socket of slow) socket.write(request.charAt(at))
      expect((await asking(lantern.httpUrl).ask('GET', '/v1/coverage')).status).toBe(200)
    }
    for (const socket of slow) socket.destroy()
  })

  it('five hundred that ask and hang up at once', async () => {
    for (let wave = 0; wave < 5; wave++) {
      const sockets = await Promise.all(Array.from({ length: 100 }, open))
      for (const [index, socket] of sockets.entries()) {
        socket.write(get(routes[index % routes.length] ?? '/', `Authorization: Bearer ${key}`))
        if (index % 2 === 0) socket.resetAndDestroy()
        else socket.destroy()
      }
    }
    expect((await asking(lantern.httpUrl).ask('GET', '/v1/coverage')).status).toBe(200)
  })

  it('no WebSocket but at /mqtt, and hanging up before the answer ends nothing', async () => {
    expect(statusOf(await exchange(upgrade('/elsewhere')))).toBe(404)
    expect(statusOf(await exchange(upgrade('/mqtt/')))).toBe(404)
    expect(statusOf(await exchange(upgrade('/mqtt').replace('Version: 13', 'Version: 1')))).toBe(400)
    expect(statusOf(await exchange(upgrade('/mqtt').replace('GET', 'POST')))).toBe(405)
    for (const path of ['/elsewhere', '/mqtt'])
      for (let n = 0; n < 60; n++) {
        const socket = await open()
        socket.write(`${upgrade(path)}${'x'.repeat(n * 200)}`)
        if (n % 3 === 0) await sleep(1)
        socket.resetAndDestroy()
      }
  })

  it('frames that are none, too long, of text, in pieces, cut off, and after the end', async () => {
    const signIn = frame(2, generate(connectPacket(camera)))
    const damage = [
      randomBytes(300),
      Buffer.from([0x82, 5, 1, 2, 3, 4, 5]),
      Buffer.from([0x82, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]),
      frame(1, Buffer.from('text')),
      frame(2, Buffer.from([0x30]), false),
      frame(3, Buffer.from('reserved')),
      frame(8, Buffer.from([3])),
      Buffer.concat([frame(8, Buffer.alloc(0)), frame(2, Buffer.from([0xc0, 0]))]),
      Buffer.concat(Array.from({ length: 500 }, () => frame(9, Buffer.alloc(100)))),
      frame(2, Buffer.alloc(60_000, 0x30)),
    ]
    for (const bytes of damage)
      for (const before of [[], [signIn]]) {
        const socket = await open()
        socket.write(Buffer.concat([Buffer.from(upgrade('/mqtt')), ...before, bytes]))
        await sleep(20)
        if (before.length > 0) socket.resetAndDestroy()
        else socket.destroy()
      }
    const connections = async () => (await figuresOf(lantern.httpUrl, 'broker')).connections
    await expect.poll(connections, soon).toBe(0)
  })

  it('a frame that announces a megabyte: the reason is kept', async () => {
    const header = Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0, 0x10, 0, 0, 0, 0, 0, 0])
    // The list keeps the newest detail of what strangers did, and one of an earlier test may still come in between.
    const kept = async () => {
      await exchange(upgrade('/mqtt'), frame(2, generate(connectPacket(camera))), header)
      await sleep(1100)
      return (await rejectionsOf(asking(lantern.httpUrl, key))).map(({ detail }) => detail)
    }
    await expect.poll(kept, soon).toContain('Max payload size exceeded')
  })
})
