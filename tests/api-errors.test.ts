/** Every error that HTTP can answer with, as problem+json; and that no input at all makes Lantern fail. */
import fc from 'fast-check'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { problem, problemType } from '../model/answers/problem.ts'
import { errorCatalogue, errorCodes, LanternError } from '../model/errors.ts'
import type { TelemetryQueries } from '../stores/telemetry/port.ts'
import { type ApiFixture, startApiFixture } from './api-fixture.ts'

let city: ApiFixture
beforeAll(async () => {
  city = await startApiFixture({ limits: { bodyBytes: 100_000 } })
})
afterAll(() => city.stop())

type Answer = Awaited<ReturnType<ApiFixture['ask']>>

/** The problem of an answer, held against its schema, the catalogue and the headers. */
function problemOf(answer: Answer) {
  const found = problem.strict().parse(answer.json())
  expect(answer.headers['content-type']).toBe(problemType)
  expect(found).toMatchObject({
    type: `urn:lantern:problem:${found.code}`,
    title: errorCatalogue[found.code].title,
    status: answer.statusCode,
    retryable: errorCatalogue[found.code].retryable,
    instance: `urn:lantern:request:${answer.headers['x-request-id']}`,
  })
  expect(found.status).toBe(errorCatalogue[found.code].status)
  expect(found.remedy).not.toBe('')
  return found
}

const fps = '/v1/telemetry/camera?field=fps'
const failing = (reason: unknown): TelemetryQueries => {
  const fail = () => Promise.reject(reason)
  return { series: fail, latest: fail, readings: fail, coverageHistory: fail, stats: fail }
}

describe('codes', () => {
  /** How each error comes about; the two that are left are of the settings and of the city's files. */
  const cases: Record<
    Exclude<(typeof errorCodes)[number], 'invalid-settings' | 'invalid-city-file'>,
    () => Promise<Answer>
  > = {
    'invalid-request': () => city.ask('GET', '/v1/places?limit=0'),
    'invalid-cursor': () => city.ask('GET', '/v1/places?cursor=abc'),
    unauthenticated: () => city.ask('GET', '/v1/devices'),
    forbidden: () => city.ask('GET', '/v1/keys', { role: 'operator' }),
    'not-found': () => city.ask('GET', '/v1/nothing'),
    'method-not-allowed': () => city.ask('PUT', '/v1/devices/c1', { role: 'admin', body: {} }),
    conflict: () =>
      city.ask('POST', '/v1/devices', { role: 'operator', body: { id: 'c1', kind: 'camera', place: 'p1' } }),
    'payload-too-large': () =>
      city.ask('POST', '/v1/devices', { role: 'operator', body: { id: 'x'.repeat(100_000) } }),
    'unsupported-media-type': () =>
      city.ask('POST', '/v1/devices', {
        role: 'operator',
        body: 'a=b',
        headers: { 'content-type': 'text/plain' },
      }),
    'query-too-large': async () =>
      askOther({ limits: { telemetryPoints: 1 } }, '/v1/telemetry/traffic_counter?field=intensity'),
    'too-many-requests': () =>
      askOther({ telemetry: failing(new LanternError('too-many-requests', 'All queries are under way.')) }),
    internal: () => askOther({ telemetry: failing(new Error('secret words of a driver')) }),
    'store-unavailable': async () => {
      const other = await startApiFixture()
      await other.telemetry.stop()
      const answer = await other.ask('GET', fps, { role: 'viewer' })
      await other.stop()
      return answer
    },
    'store-timeout': () =>
      askOther({
        limits: { answerMs: 50 },
        telemetry: { ...failing(0), series: () => new Promise(() => {}) },
      }),
  }

  async function askOther(change: Parameters<typeof startApiFixture>[0], url = fps): Promise<Answer> {
    const other = await startApiFixture(change)
    const answer = await other.ask('GET', url, { role: 'viewer' })
    await other.stop()
    return answer
  }

  test.each(Object.entries(cases))('%s', async (code, cause) => {
    const answer = await cause()
    expect(problemOf(answer).code).toBe(code)
    const retry = answer.statusCode === 429 || answer.statusCode === 503
    expect(answer.headers['retry-after']).toBe(retry ? '1' : undefined)
    expect(answer.body).not.toContain('secret words')
  })

  test('every code of the catalogue is shown here, or cannot come over HTTP', () => {
    expect([...Object.keys(cases), 'invalid-settings', 'invalid-city-file'].sort()).toEqual(
      [...errorCodes].sort(),
    )
  })
})

describe('faults', () => {
  test.each([
    ['/v1/coverage?levle=district', 'levle', 'is not known here; known are: level, within'],
    ['/v1/coverage?level=ward', 'level', 'there are province, district, commune'],
    ['/v1/coverage?within=999', 'within', 'there is no area "999"'],
    ['/v1/areas?level=District', 'level', 'lower-case letters'],
    ['/v1/areas/718?cursor=x', 'cursor', 'known are: format'],
    ['/v1/places?limit=ten', 'limit', 'expected number; received "ten"'],
    ['/v1/places?limit=1001', 'limit', '<=1000'],
    ['/v1/places?limit=1.5', 'limit', 'int'],
    ['/v1/places?state=broken', 'state', 'expected one of none, installed, working; received "broken"'],
    ['/v1/places?area=999', 'area', 'there is no area "999"'],
    ['/v1/places?bbox=1,2,3', 'bbox', 'minLon,minLat,maxLon,maxLat'],
    ['/v1/places?bbox=1,2,3,x', 'bbox', 'minLon,minLat,maxLon,maxLat'],
    ['/v1/places?bbox=1,9,3,4', 'bbox', 'minLon,minLat,maxLon,maxLat'],
    ['/v1/places?bbox=1,2,,4', 'bbox', 'minLon,minLat,maxLon,maxLat'],
    ['/v1/places?bbox=1,2,3,91', 'bbox', 'minLon,minLat,maxLon,maxLat'],
    ['/v1/places?format=xml', 'format', 'expected one of json, geojson'],
    ['/v1/places/p1?x=1', 'x', 'known are: none'],
    ['/v1/places/.hidden', 'id', '1 to 64 of the characters'],
  ])('%s names %s', async (url, field, message) => {
    const { code, faults, detail } = problemOf(await city.ask('GET', url))
    expect(code).toBe('invalid-request')
    expect(faults).toEqual([{ field, message: expect.stringContaining(message) }])
    expect(detail).toContain(field)
  })

  test.each([
    ['{"id":', 'The body is not JSON'],
    ['{"id":NaN}', 'The body is not JSON'],
    ['', 'The body is empty, and should be JSON.'],
    ['{"__proto__":{"admin":true}}', 'or has a key such as __proto__'],
    ['null', 'body: '],
    ['[]', 'body: expected object'],
    ['"text"', 'body: expected object; received "text"'],
    ['{}', 'id: expected string; it is missing; kind: expected one of'],
    [`${'['.repeat(20_000)}${']'.repeat(20_000)}`, 'body: expected object'],
  ])('body %# is refused in words', async (body, words) => {
    const answer = await city.ask('POST', '/v1/devices', {
      role: 'operator',
      body,
      headers: { 'content-type': 'application/json' },
    })
    expect(problemOf(answer)).toMatchObject({
      code: 'invalid-request',
      detail: expect.stringContaining(words),
    })
  })

  test('a field without end is named by its beginning', async () => {
    const body = { ['k'.repeat(10_000)]: 1 }
    const { faults } = problemOf(await city.ask('PATCH', '/v1/devices/c1', { role: 'operator', body }))
    expect(faults[0]?.field).toBe(`${'k'.repeat(200)}…`)
  })

  test('a thousand bad devices are answered with a bounded list', async () => {
    const devices = Array.from({ length: 1000 }, () => ({ a: 1 }))
    const { faults, detail } = problemOf(
      await city.ask('POST', '/v1/devices', { role: 'operator', body: { devices } }),
    )
    expect(faults).toHaveLength(1000)
    expect(detail).toContain('and 3997 more')
  })
})

describe('cursors', () => {
  test('of another list, changed, or no cursor at all are refused', async () => {
    const { next } = (await city.ask('GET', '/v1/places?limit=1')).json()
    const write = (form: unknown) => Buffer.from(JSON.stringify(form)).toString('base64url')
    for (const [url, cursor] of [
      ['/v1/areas', next],
      ['/v1/devices', next],
      ['/v1/devices/c1/readings', next],
      ['/v1/keys', next],
      ['/v1/alerts', next],
      ['/v1/rules', next],
      ['/v1/subscriptions', next],
      ['/v1/rejections', write({ list: 'rejections', after: 'x' })],
      ['/v1/rejections', write({ list: 'rejections', after: 1, more: 1 })],
      ['/v1/places', write({ list: 'places' })],
      ['/v1/places', write(null)],
      ['/v1/places', ''],
      ['/v1/places', '%00'],
    ]) {
      const answer = await city.ask('GET', `${url}?cursor=${cursor}`, { role: 'admin' })
      expect(problemOf(answer).code, `${url} ${cursor}`).toBe('invalid-cursor')
    }
  })
})

describe('addresses and methods', () => {
  test('a wrong method is told which are right', async () => {
    const answer = await city.ask('PUT', '/v1/devices')
    expect(problemOf(answer)).toMatchObject({
      code: 'method-not-allowed',
      detail: expect.stringContaining('POST'),
    })
    expect(answer.headers.allow).toBe('GET, HEAD, POST')
    expect((await city.ask('OPTIONS', '/v1/coverage')).headers.allow).toBe('GET, HEAD')
    expect((await city.ask('POST', '/v1/devices/c1?x=1')).headers.allow).toBe('DELETE, GET, HEAD, PATCH')
  })

  test.each([
    '/v1',
    '/v1/areas/718/more',
    '/v1/devices/c1/readings/1',
    '/v2/coverage',
    '/V1/coverage',
    '/docs/static/../../x',
  ])('%s is not found', async (url) => {
    expect(problemOf(await city.ask('GET', url)).code).toBe('not-found')
  })

  test('an address that cannot be decoded, or has too long a part', async () => {
    expect(problemOf(await city.ask('GET', '/v1/%zz')).code).toBe('invalid-request')
    expect(problemOf(await city.ask('GET', `/v1/places/${'x'.repeat(500)}`)).code).toBe('not-found')
  })
})

describe('the log', () => {
  test('has what an internal error hides, and neither keys nor queries', async () => {
    const lines: string[] = []
    const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
    const other = await startApiFixture({ logger, telemetry: failing(new Error('the disk is on fire')) })
    const answer = await other.ask('GET', `${fps}&window=7m`, { role: 'viewer' })
    const made = await other.ask('POST', '/v1/keys', { role: 'admin', body: { name: 'x', role: 'viewer' } })
    const secrets = [other.keyOf('viewer'), other.keyOf('admin')].map(({ authorization }) =>
      authorization.slice(7),
    )
    await other.stop()
    const log = lines.join('')
    expect(answer.statusCode).toBe(500)
    const errors = lines.map((line) => JSON.parse(line)).filter(({ level }) => level >= 50)
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatchObject({
      request: answer.headers['x-request-id'],
      route: '/v1/telemetry/:kind',
      err: { message: 'the disk is on fire', stack: expect.any(String) },
    })
    expect(log).toContain('request answered')
    for (const secret of [...secrets, made.json().key, 'window=7m']) expect(log).not.toContain(secret)
  })
})

describe('whatever is sent', () => {
  const name = fc.constantFrom(
    'id',
    'kind',
    'place',
    'devices',
    'ids',
    'name',
    'role',
    'status',
    'longitude',
    'rule',
    'condition',
    'channel',
    'for',
    '__proto__',
  )
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom('camera', 'p1', 'c1', 'viewer', 1e308, -0, [], {}, null, 'commissioned'),
  )
  const almost = fc.dictionary(name, fc.oneof(value, fc.array(fc.dictionary(name, value), { maxLength: 3 })))

  /** Either it is taken, or a problem says why not; and it is never our mistake. */
  function expectSense(answer: Answer) {
    if (answer.statusCode >= 500) throw new Error(`${answer.statusCode}: ${answer.body}`)
    if (answer.statusCode >= 400) problemOf(answer)
  }

  test.each([
    ['POST', '/v1/devices'],
    ['PATCH', '/v1/devices/c1'],
    ['POST', '/v1/devices/tokens'],
    ['POST', '/v1/keys'],
    ['POST', '/v1/rules'],
    ['POST', '/v1/rules:test'],
    ['POST', '/v1/subscriptions'],
    ['POST', '/v1/alerts/1:shelve'],
  ] as const)('as body of %s %s', async (method, url) => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.jsonValue(), almost), async (body) => {
        expectSense(await city.ask(method, url, { role: 'admin', body: JSON.stringify(body), headers: json }))
      }),
      { numRuns: 150 },
    )
  })
  const json = { 'content-type': 'application/json' }

  test('as bytes of a body', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (body) => {
        expectSense(await city.ask('POST', '/v1/devices', { role: 'admin', body, headers: json }))
      }),
      { numRuns: 150 },
    )
  })

  const parameter = fc.constantFrom(
    ...[
      'limit',
      'cursor',
      'level',
      'within',
      'area',
      'place',
      'device',
      'kind',
      'state',
      'type',
      'bbox',
      'format',
    ],
    ...[
      'field',
      'aggregate',
      'window',
      'from',
      'to',
      'groupBy',
      'reason',
      'fault',
      'simulated',
      'constructor',
    ],
  )
  const argument = fc.oneof(
    fc.string(),
    fc.integer().map(String),
    fc.double().map(String),
    fc.constantFrom(
      '74',
      '718',
      'p1',
      'c1',
      't1',
      'district',
      'area',
      'intensity',
      '1d',
      '999999d',
      '1s',
      'true',
    ),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    fc.array(fc.double({ min: -180, max: 180, noNaN: true }), { minLength: 4, maxLength: 4 }).map(String),
    fc
      .jsonValue()
      .map((form) => Buffer.from(JSON.stringify({ list: 'places', after: form })).toString('base64url')),
  )

  test('as query of every list', async () => {
    const urls = city.routes.filter(
      // The stream's answer has no end.
      ({ method, url }) => method === 'GET' && url.startsWith('/v1') && !url.endsWith('/stream'),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...urls),
        fc.array(fc.tuple(parameter, argument), { maxLength: 4 }),
        async ({ url }, query) => {
          const address = url.replace(':code', '718').replace(':kind', 'traffic_counter')
          const id = url.startsWith('/v1/places') ? 'p1' : 't1'
          const text = new URLSearchParams(query).toString()
          expectSense(await city.ask('GET', `${address.replace(':id', id)}?${text}`, { role: 'admin' }))
        },
      ),
      { numRuns: 600 },
    )
  })

  test('as a part of the address, and as a key', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('/v1/places/', '/v1/areas/', '/v1/devices/', '/v1/telemetry/', '/v1/keys/', '/'),
        fc.string({ unit: 'grapheme' }),
        async (folder, part) => {
          const headers = { authorization: `Bearer ${part.replace(/[^ -~]/g, '')}` }
          expectSense(await city.ask('GET', folder + encodeURIComponent(part), { role: 'admin' }))
          expectSense(await city.ask('GET', '/v1/kinds', { headers }))
        },
      ),
      { numRuns: 200 },
    )
  })
})
