/**
 * Joins the alert engine to what it needs: in the ingest process to readings, rules and devices; in the main process to
 * stored readings, for the dry run of a rule. Alerts and ingest know nothing of each other.
 */
import { defaultRules } from './alerts/default-rules.ts'
import { createEngineCity } from './alerts/engine/city.ts'
import { compileRule } from './alerts/engine/compile.ts'
import { createEngine } from './alerts/engine/engine.ts'
import { replayRule } from './alerts/replay.ts'
import type { TryRule } from './api/rules/routes.ts'
import type { MakeFollower } from './ingest/follower.ts'
import { LanternError } from './model/errors.ts'
import { kindNames } from './model/kinds.ts'
import type { Reading } from './model/reading.ts'
import type { Rule } from './model/rule.ts'
import { type Clock, hour, second } from './model/time.ts'
import type { CityView } from './stores/registry/city-view.ts'
import type { Registry } from './stores/registry/port.ts'
import type { TelemetryQueries } from './stores/telemetry/port.ts'

/** Devices of which changes are read at once. */
const pageSize = 1000

/** Who makes what nobody has made by hand. */
const author = 'lantern'

/** Gives a registry that never had a rule those that a city can start with. */
export async function seedRules(registry: Registry, now: number): Promise<void> {
  if ((await registry.versions()).rules > 0) return
  for (const rule of defaultRules) await registry.putRule(rule, { by: author, now })
}

/** The view must be started, and shall stay so. */
export function followWithAlerts(options: {
  registry: Registry
  view: CityView
  target: number
  timeZone: string
  clock: Clock
}): MakeFollower {
  const { registry, view, target, timeZone, clock } = options

  return async (states) => {
    await view.refresh()
    const before = await registry.versions()
    let { rules, devices, city } = before
    let serials = serialsOf(view)
    const engine = createEngine({
      rules: (await registry.rules()).map(({ rule }) => rule),
      city: createEngineCity(view),
      devices: serials,
      states,
      target,
      timeZone,
      clock,
      memories: await registry.alertMemories(),
      openAlerts: await registry.openAlerts(),
    })

    async function refreshDevices(newest: number): Promise<void> {
      await view.refresh()
      while (devices < newest) {
        const page = await registry.devicesSince(devices, pageSize)
        engine.devicesChanged(page.devices.map(({ serial }) => serial))
        devices = page.devices.length < pageSize ? newest : page.version
      }
    }

    return {
      take: engine.take,
      tick: engine.tick,
      takeCoverage: (counts, at) =>
        engine.takeCoverage(
          counts.map(({ code, ...count }) => ({ area: code, ...count })),
          at,
        ),
      async refresh() {
        const now = await registry.versions()
        if (now.devices > devices) await refreshDevices(now.devices)
        if (now.city !== city) {
          // Areas or places have changed: any device may lie elsewhere now.
          await view.refresh()
          const gone = serials
          serials = serialsOf(view)
          engine.devicesChanged(new Set([...gone, ...serials]))
          city = now.city
        }
        if (now.rules === rules) return
        engine.setRules((await registry.rules()).map(({ rule }) => rule))
        rules = now.rules
      },
      waiting: engine.waiting,
      drain: (all) => ({ ...engine.drain({ all }), now: clock() }),
    }
  }
}

/** How many readings are asked for at once; where a stretch of time has more, it is halved. */
const readingsAtOnce = 20_000
const longestStretch = 6 * hour

/** For `POST /v1/rules:test`: one trial at a time, since each may take seconds of the thread, in small parts. */
export function tryRules(options: {
  view: CityView
  telemetry: Pick<TelemetryQueries, 'readings'>
  target: number
  timeZone: string
}): TryRule {
  const { view, telemetry, target, timeZone } = options
  const city = createEngineCity(view)
  let running = false

  async function* readingsOf(
    { scope }: Rule,
    serials: readonly number[],
    range: { from: number; to: number },
    signal: AbortSignal,
  ): AsyncGenerator<Reading> {
    const { kind } = scope
    for (let low = range.from, stretch = longestStretch; low < range.to; ) {
      signal.throwIfAborted()
      const high = Math.min(range.to, low + stretch)
      try {
        const found = await Promise.all(
          (kind ? [kind] : kindNames).map((one) =>
            telemetry.readings({ kind: one, serials, from: low, to: high, most: readingsAtOnce }),
          ),
        )
        yield* found.flat().sort((a, b) => a.observedAt - b.observedAt)
        low = high
        stretch = Math.min(longestStretch, stretch * 2)
      } catch (error) {
        if (!(error instanceof LanternError && error.code === 'query-too-large' && stretch > second))
          throw error
        stretch = Math.ceil(stretch / 2)
      }
    }
  }

  return async ({ rule, from, to, signal }) => {
    if (running) throw new LanternError('too-many-requests', 'another rule is being tried')
    running = true
    try {
      const compiled = compileRule(rule, options)
      const serials = serialsOf(view).filter((serial) => {
        const device = city.device(serial)
        return device !== undefined && compiled.watches(device)
      })
      const readings = readingsOf(rule, serials, { from, to }, signal)
      const replay = await replayRule({ rule, readings, devices: serials, city, target, timeZone, from, to })
      return { readings: replay.readings, complete: !replay.truncated, raised: replay.alerts }
    } finally {
      running = false
    }
  }
}

function serialsOf(view: CityView): number[] {
  const { places, devicesOf } = view.whole()
  return places.flatMap((_, place) => devicesOf(place).map(({ serial }) => serial))
}
