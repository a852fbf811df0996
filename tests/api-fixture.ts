/**
 * A small city behind a real API: a SQLite registry, its city view and DuckDB telemetry in a temporary folder,
 * a key of each role, and a clock that a test can move. Used by the tests of the API.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { Registry as Metrics } from 'prom-client'
import { type ApiDependencies, createApi } from '../api/api.ts'
import { hashSecret, newApiKey, type Role, roles } from '../model/access.ts'
import type { Area } from '../model/area.ts'
import type { ComponentHealth } from '../model/health.ts'
import type { Place } from '../model/place.ts'
import { minute, second } from '../model/time.ts'
import { createCityView } from '../stores/registry/city-view.ts'
import { createSqliteRegistry } from '../stores/registry/sqlite.ts'
import { createDuckDbTelemetry } from '../stores/telemetry/duckdb.ts'
import { watchAnswers } from './api-answers.ts'
import { state } from './registry-examples.ts'

export const now = Date.parse('2026-03-10T05:00:00Z')

const square: Area['boundary'] = {
  type: 'Polygon',
  coordinates: [
    [
      [106.6, 10.9],
      [106.7, 10.9],
      [106.7, 11.0],
      [106.6, 10.9],
    ],
  ],
}
const area = (
  code: string,
  level: string,
  parent: string | null,
  boundary: Area['boundary'] = null,
): Area => ({
  code,
  name: `Area ${code}`,
  level,
  parent,
  population: 1000,
  boundary,
})
export const areas = [
  area('74', 'province', null),
  area('718', 'district', '74', square),
  area('719', 'district', '74'),
  area('25747', 'commune', '718'),
  area('25750', 'commune', '719'),
]

const place = (id: string, of: string, more: Partial<Place> = {}): Place => ({
  id,
  name: `Place ${id}`,
  type: 'school',
  area: of,
  longitude: 106.65,
  latitude: 10.95,
  ...more,
})
/** p1 works, p2 is installed, p3 and p4 have nothing; t1 is a traffic counter at p3. */
export const places = [
  place('p1', '25747'),
  place('p2', '25747', { type: 'market', longitude: 106.75 }),
  place('p3', '25750', { type: 'crossing' }),
  place('p4', '25750'),
]

const device = (id: string, at: string, kind: 'camera' | 'traffic_counter') => ({
  input: { id, kind, place: at, name: `Device ${id}`, status: 'commissioned', simulated: true } as const,
  tokenHash: hashSecret(`token of ${id}`),
})

export type ApiFixture = Awaited<ReturnType<typeof startApiFixture>>

/** `change`: what of the dependencies a test wants otherwise. */
export async function startApiFixture(change: Partial<ApiDependencies> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'lantern-api-'))
  const registry = createSqliteRegistry({ file: join(folder, 'registry.sqlite') })
  await registry.start()
  await registry.putCity({ areas, places })
  const devices = await registry.addDevices(
    [device('c1', 'p1', 'camera'), device('c2', 'p2', 'camera'), device('t1', 'p3', 'traffic_counter')],
    now,
  )
  const serial = (id: string) => devices.find((known) => known.id === id)?.serial ?? 0
  const heard = { heardAt: now - 10 * second, observedAt: now - 10 * second, receivedAt: now - 9 * second }
  await registry.applyState({
    position: 1,
    states: [
      state(serial('c1'), { ...heard, online: true, onlineChangedAt: now - minute }),
      state(serial('c2'), { ...heard, faults: ['frozen'], values: { recording: true, frozen: true } }),
    ],
    statuses: [],
    rejections: (['not-json', 'invalid-field', 'unknown-device'] as const).map((reason, index) => ({
      device: reason === 'unknown-device' ? null : 'c1',
      reason,
      detail: `detail of ${reason}`,
      sample: '{"a":',
      at: now - index * minute,
      count: index + 1,
    })),
  })
  const keys = new Map<Role, { id: string; authorization: string }>()
  for (const role of roles) {
    const { id, secret, key } = newApiKey()
    await registry.addApiKey({ id, name: `The ${role}`, role, hash: hashSecret(secret), now })
    keys.set(role, { id, authorization: `Bearer ${key}` })
  }
  const keyOf = (role: Role) => keys.get(role) ?? { id: '', authorization: '' }

  let time = now
  const clock = () => time
  const view = createCityView({ registry, clock, pollMs: 60_000 })
  await view.start()
  const telemetry = createDuckDbTelemetry({
    file: join(folder, 'telemetry.duckdb'),
    retentionDays: 30,
    rollupRetentionDays: 730,
  })
  await telemetry.start()
  await telemetry.putSites(view.sitesSince(0).sites)
  // A vehicle count of 10, 11, 12 … every five minutes of the last two hours.
  await telemetry.append(
    Array.from({ length: 24 }, (_, index) => ({
      kind: 'traffic_counter' as const,
      serial: serial('t1'),
      observedAt: now - (24 - index) * 5 * minute,
      receivedAt: now - (24 - index) * 5 * minute + second,
      values: { intensity: 10 + index, intervalSeconds: 300, occupancy: 0.25, averageVehicleSpeed: 30 },
    })),
    1,
  )

  let components: ComponentHealth[] = [
    { name: 'journal', ok: true, detail: 'all is well', figures: { bytes: 1 } },
  ]
  const api = createApi({
    registry,
    view,
    telemetry,
    goal: { target: 0.7, deadline: '2025-12-31' },
    timeZone: 'Asia/Ho_Chi_Minh',
    publicUrl: '',
    baseMap: null,
    console: { folder, ready: async () => undefined },
    tryRule: async () => ({ readings: 0, complete: true, raised: [] }),
    checkTarget: () => undefined,
    readiness: async () => components,
    metrics: new Metrics(),
    clock,
    logger: pino({ enabled: false }),
    ...change,
  })
  const watched = watchAnswers(api.app)
  await api.app.ready()

  return {
    api,
    registry,
    view,
    telemetry,
    keyOf,
    serial,
    setTime(to: number) {
      time = to
    },
    setComponents(to: ComponentHealth[]) {
      components = to
    },
    /** Every route of the API, also those that the document hides. */
    routes: watched.routes,
    /** A request with the key of a role, or with none. Raises where the answer is not what its route declares. */
    async ask(method: Method, url: string, options: Asked = {}) {
      const { role, body, headers } = options
      const answer = await api.app.inject({
        method,
        url,
        headers: {
          ...(role && { authorization: keyOf(role).authorization }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const faults = watched.faults()
      if (faults.length > 0) throw new Error(faults.join('; '))
      return answer
    },
    async stop() {
      await api.stop()
      await telemetry.stop()
      await view.stop()
      await registry.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

interface Asked {
  role?: Role
  /** Sent as JSON; a text as it is. */
  body?: unknown
  headers?: Record<string, string>
}

type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS'
