/** The API on a real port: slow and broken clients, bodies without end, and how it stops. */
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, test } from 'vitest'
import { problem } from '../model/answers/problem.ts'
import type { TelemetryQueries } from '../stores/telemetry/port.ts'
import { type ApiFixture, startApiFixture } from './api-fixture.ts'

let city: ApiFixture | undefined
afterEach(async () => {
  await city?.stop()
  city = undefined
})

async function listen(change: Parameters<typeof startApiFixture>[0] = {}) {
  const started = await startApiFixture(change)
  city = started
  const { port, url, host } = await started.api.start({ host: '127.0.0.1', port: 0 })
  expect(url).toBe(`http://127.0.0.1:${port}`)
  expect(host).toBe('127.0.0.1')
  return { port, url, city: started }
}

/** Sends raw bytes and answers all that comes back until the server closes the connection. */
async function raw(port: number, bytes: string, more: (send: (bytes: string) => void) => void = () => {}) {
  const socket = connect(port, '127.0.0.1')
  // What is sent after the server has closed the connection fails, as it should.
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write(bytes)
  more((bytes) => socket.write(bytes))
  let answer = ''
  for await (const chunk of socket.setEncoding('utf8')) answer += chunk
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  return { status: Number(head.split(' ')[1]), head: head.toLowerCase(), body }
}

const host = 'Host: lantern\r\n'

describe('clients that are not well', () => {
  test.each([
    ['its headers', `GET /v1/coverage HTTP/1.1\r\n${host}`],
    [
      'its body',
      `POST /v1/devices HTTP/1.1\r\n${host}Content-Type: application/json\r\nContent-Length: 10\r\n\r\n{`,
    ],
  ])('one that never ends %s is cut off', async (_what, bytes) => {
    const { port, city } = await listen({ limits: { requestMs: 200 } })
    // Without a key it would be refused before its body has come.
    const { authorization } = city.keyOf('operator')
    const { status, body, head } = await raw(
      port,
      bytes.replace(host, `${host}Authorization: ${authorization}\r\n`),
    )
    expect(status).toBe(400)
    expect(problem.parse(JSON.parse(body)).detail).toBe('The request did not arrive in time.')
    expect(head).toContain('connection: close')
  })

  test.each([
    ['what is not HTTP', 'HELLO\r\n\r\n', 'This is not a well-formed HTTP request.'],
    [
      'headers without end',
      `GET / HTTP/1.1\r\n${host}X-Long: ${'x'.repeat(100_000)}\r\n\r\n`,
      'The headers of the request are too long.',
    ],
  ])('%s gets a problem all the same', async (_what, bytes, detail) => {
    const { port } = await listen()
    const { status, body, head } = await raw(port, bytes)
    expect([status, problem.parse(JSON.parse(body)).detail]).toEqual([400, detail])
    expect(head).toContain('x-request-id')
  })

  test('a body that is too large is refused, whether it says so first or never ends', async () => {
    const { port, city } = await listen({ limits: { bodyBytes: 10_000 } })
    const start = `POST /v1/devices HTTP/1.1\r\n${host}Authorization: ${city.keyOf('operator').authorization}\r\nContent-Type: application/json\r\n`
    const announced = await raw(port, `${start}Content-Length: 1000000\r\n\r\n{`)
    const chunk = `3e8\r\n${'x'.repeat(1000)}\r\n`
    const endless = await raw(port, `${start}Transfer-Encoding: chunked\r\n\r\n`, (send) =>
      send(chunk.repeat(20)),
    )
    for (const { status, body, head } of [announced, endless]) {
      expect(status).toBe(413)
      expect(problem.parse(JSON.parse(body)).code).toBe('payload-too-large')
      expect(head).toContain('connection: close')
    }
  })

  test.each([
    ['PROPFIND', '/v1/devices', 405],
    ['TRACE', '/v1/devices', 405],
    ['DELETE', '/v1/coverage', 405],
    ['PROPFIND', '/nowhere', 404],
  ])('%s %s is answered with %d', async (method, path, expected) => {
    const { port } = await listen()
    const { status, body, head } = await raw(
      port,
      `${method} ${path} HTTP/1.1\r\n${host}Connection: close\r\n\r\n`,
    )
    expect(status).toBe(expected)
    expect(problem.parse(JSON.parse(body)).status).toBe(expected)
    expect(head.includes('allow: get')).toBe(expected === 405)
  })
})

describe('stopping', () => {
  const get = (url: string, agent: Agent, authorization: string) =>
    new Promise<string>((done, fail) => {
      const asked = request(url, { agent, headers: { authorization } }, (answer) => {
        text(answer).then((body) => done(`${answer.statusCode} ${body}`), fail)
      })
      asked.on('error', fail).end()
    })

  test('answers what is under way, and closes connections that are idle', async () => {
    let answer = () => {}
    const asked = Promise.withResolvers<void>()
    const slow: TelemetryQueries['series'] = () =>
      new Promise((done) => {
        asked.resolve()
        answer = () => done({ source: 'raw', series: [] })
      })
    const none = () => Promise.reject(new Error('not asked here'))
    const telemetry = { series: slow, latest: none, readings: none, coverageHistory: none, stats: none }
    const { url, city } = await listen({ telemetry })
    const agent = new Agent({ keepAlive: true })
    const { authorization } = city.keyOf('viewer')
    await get(`${url}/healthz`, agent, authorization)
    const underWay = get(`${url}/v1/telemetry/camera?field=fps`, new Agent(), authorization)
    await asked.promise
    const stopped = city.api.stop()
    answer()
    expect(await underWay).toMatch(/^200 /)
    await stopped
    await expect(get(`${url}/healthz`, agent, authorization)).rejects.toThrow(
      /ECONNREFUSED|hang up|ECONNRESET/,
    )
    agent.destroy()
  })

  test('cuts off an upgraded connection that does not end by itself', async () => {
    const { port, city } = await listen({ limits: { stopMs: 50 } })
    city.api.server.on('upgrade', (_request, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
    })
    const answered = raw(
      port,
      `GET /mqtt HTTP/1.1\r\n${host}Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n`,
    )
    await once(city.api.server, 'upgrade')
    await city.api.stop()
    expect((await answered).status).toBe(101)
  })

  test('can be stopped without having been started, and twice', async () => {
    city = await startApiFixture()
    await city.api.stop()
    await expect(city.api.stop()).resolves.toBeUndefined()
  })

  test('a port that is taken fails the start', async () => {
    const { port } = await listen()
    const second = await startApiFixture()
    await expect(second.api.start({ host: '127.0.0.1', port })).rejects.toThrow('EADDRINUSE')
    await second.stop()
  })
})
