/**
 * The census: what is kept of a city beside its readings (model/measurements.ts). Each minute it counts coverage, for the
 * history that the API shows; where people look into the store directly (InfluxDB), it also writes the health of areas,
 * places and devices, alerts, what was rejected, and each 10 s how Lantern itself is. Started by main.ts beside the worker, whose
 * readings it neither stops nor slows: it works in slices, and what fails waits for its next turn.
 */
import type { Logger } from 'pino'
import type { DeviceState } from '../../model/coverage.ts'
import { messageOf } from '../../model/errors.ts'
import type { Point } from '../../model/measurements.ts'
import { type Clock, formatTime, minute, second } from '../../model/time.ts'
import type { WholeCity } from '../../stores/registry/city-view/whole.ts'
import type { CityView } from '../../stores/registry/city-view.ts'
import type { CoverageRow, PointSink, Telemetry } from '../../stores/telemetry/port.ts'
import { type AlertHistory, createAlertPoints } from './alerts.ts'
import { createBacklog } from './backlog.ts'
import { type AreaCount, countCity } from './count.ts'
import { createEvidence } from './evidence.ts'
import { createPlatform, type Figures } from './platform.ts'
import { healthPoints, rejectionPoints } from './points.ts'
import { createSlices, type Slices } from './slices.ts'
import { createVoice } from './voice.ts'

const tickMs = 10 * second
/** A timer may come a little early; so long after the full ten seconds it never comes before them. */
const afterMs = 20
/** Of coverage and of rejections that wait for a store that is away: a day and a half of a hundred areas, some 30 MB. */
const maxWaitingRows = 200_000
/**
 * Further behind than this, ingest does not know how its devices are now (a store is away, and readings wait in the
 * journal): they are judged by the moment up to which it has come, so that a store's absence is not told as theirs.
 */
const behindMs = 30 * second
/** How long a stop waits for a write that is under way. */
const stopMs = second

export interface Census {
  start(): void
  stop(): Promise<void>
  /** Does what is due now; never rejects. The timer calls it every 10 s. */
  tick(): Promise<void>
}

export function createCensus(options: {
  view: Pick<CityView, 'whole'>
  state: (serial: number) => DeviceState | undefined
  telemetry: Pick<Telemetry, 'recordCoverage'>
  alerts: AlertHistory
  /** Null: nobody looks into the store directly. */
  points: PointSink | null
  figures: () => Figures
  /** The share of places to be installed, 0–1. */
  target: number
  /** Is told what was counted. */
  onCoverage(counts: readonly AreaCount[], at: number): void
  clock: Clock
  logger: Logger
  slices?: () => Slices
  maxRows?: number
}): Census {
  const { view, state, telemetry, alerts, points, figures, target, onCoverage, clock, logger } = options
  const { slices = createSlices, maxRows = maxWaitingRows } = options
  const onDrop = ({ at }: { at: number }) =>
    logger.warn({ since: formatTime(at) }, 'the store was away for too long: the oldest counts are given up')
  const coverage = createBacklog<CoverageRow>({ maxRows, onDrop })
  const rejections = createBacklog<Point>({ maxRows, onDrop })
  const evidence = points && createEvidence({ points, state })
  const alertPoints = points && createAlertPoints({ history: alerts, points })
  const platform = createPlatform()
  const voice = createVoice(logger, {
    failing: 'what is kept beside the readings cannot be stored; it is tried again',
    again: 'what is kept beside the readings is stored again',
  })
  const refusals = createVoice(logger, {
    failing: 'the store refuses some of what is kept beside the readings',
    again: 'the store takes all that is kept beside the readings again',
  })
  /** What is under way, by name: none of it is begun twice. */
  const running = new Map<string, Promise<void>>()
  let timer: NodeJS.Timeout | undefined
  let lastMinute = Number.NaN
  const failing = new Set<string>()

  /** Runs a task unless it is still under way; its failure is told once. */
  function alone(name: string, task: () => Promise<void>): Promise<void> {
    const present = running.get(name)
    if (present !== undefined) return present
    const promise = task()
      .then(
        () => failing.delete(name),
        (thrown) => {
          failing.add(name)
          voice.failed(messageOf(thrown))
        },
      )
      .then(() => {
        running.delete(name)
        if (failing.size === 0) voice.worked()
      })
    running.set(name, promise)
    return promise
  }

  async function writePoints(some: readonly Point[], sink: PointSink): Promise<void> {
    hear(await sink.write(some))
  }

  function hear([words]: readonly string[]): void {
    if (words !== undefined) refusals.failed(words)
  }

  /** Counting waits for nobody; what is counted then goes its way. `now`: the moment that decides who is silent. */
  async function round(at: number, now: number): Promise<void> {
    let counted: { city: WholeCity; counts: readonly AreaCount[] } | undefined
    await alone('count', async () => {
      const city = view.whole()
      const counts = await countCity({ city, state, now, slices: slices() })
      coverage.add({ at, rows: counts.map(rowOf) })
      onCoverage(counts, now)
      counted = { city, counts }
    })
    if (counted) await store(at, now, counted)
  }

  async function store(
    at: number,
    now: number,
    { city, counts }: { city: WholeCity; counts: readonly AreaCount[] },
  ): Promise<void> {
    const tasks = [deliver()]
    if (points && evidence)
      tasks.push(
        alone('evidence', async () => {
          const words = await points.write(healthPoints(at, counts))
          words.push(...(await evidence.write({ city, at, now, slices: slices() })))
          hear(words)
          if (words.length === 0) refusals.worked()
        }),
      )
    if (alertPoints)
      tasks.push(
        alone('open alerts', async () => hear(await alertPoints.writeOpen(city.areas, at, slices()))),
      )
    await Promise.all(tasks)
  }

  async function deliver(): Promise<void> {
    const tasks = [
      alone('coverage', () => coverage.deliver(({ at, rows }) => telemetry.recordCoverage(at, rows))),
    ]
    if (points)
      tasks.push(alone('rejections', () => rejections.deliver(({ rows }) => writePoints(rows, points))))
    await Promise.all(tasks)
  }

  function rowOf({ code, level, name, places, installed, working }: AreaCount): CoverageRow {
    return { area: code, level, name, places, installed, working, target }
  }

  async function tick(): Promise<void> {
    const now = clock()
    const at = now - (now % minute)
    const tasks: Promise<void>[] = []
    if (points) {
      const point = platform.point(now - (now % tickMs), now, figures())
      tasks.push(alone('platform', () => writePoints([point], points)))
    }
    if (alertPoints)
      tasks.push(
        alone('alerts', async () => hear(await alertPoints.writeSteps(view.whole().areas, slices()))),
      )
    if (at === lastMinute) tasks.push(deliver())
    else {
      // The minute in which it begins is not whole: what it has counts to the next.
      if (points && !Number.isNaN(lastMinute)) {
        const rows = rejectionPoints(at - minute, platform.rejections(figures()))
        rejections.add({ at, rows })
      }
      lastMinute = at
      const behind = figures().door?.lagMs ?? 0
      tasks.push(round(at, behind > behindMs ? now - behind : now))
    }
    await Promise.all(tasks)
  }

  function schedule(): void {
    timer = setTimeout(
      () => {
        schedule()
        void tick()
      },
      tickMs - (clock() % tickMs) + afterMs,
    )
  }

  return {
    start: schedule,
    async stop() {
      clearTimeout(timer)
      const late = new Promise<void>((resolve) => {
        setTimeout(resolve, stopMs).unref()
      })
      await Promise.race([Promise.all(running.values()), late])
    },
    tick,
  }
}
