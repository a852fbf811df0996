/** A hand-made city, store and sink for the tests of the census: small, in memory, and spoilt as a test wants. */
import { pino } from 'pino'
import type { AlertHistory } from '../../ingest/census/alerts.ts'
import { type Census, createCensus } from '../../ingest/census/census.ts'
import type { DoorFigures } from '../../ingest/census/platform.ts'
import type { Slices } from '../../ingest/census/slices.ts'
import { newProgress } from '../../ingest/progress.ts'
import type { DeviceState } from '../../model/coverage.ts'
import type { Device } from '../../model/device.ts'
import type { MeasurementName, Point } from '../../model/measurements.ts'
import type { RejectionReason } from '../../model/rejection.ts'
import { minute } from '../../model/time.ts'
import type { WholeCity } from '../../stores/registry/city-view/whole.ts'
import type { CoverageRow, PointSink, Telemetry } from '../../stores/telemetry/port.ts'
import { area, place, state } from '../registry-examples.ts'

/** A minute whose number is a multiple of 15. */
export const begin = 1_800_000_000_000 - (1_800_000_000_000 % (15 * minute))

export const device = (serial: number, more: Partial<Device> = {}): Device => ({
  ...{ serial, id: `dev-${serial}`, kind: 'camera', place: 'p1', name: null, status: 'commissioned' },
  ...{ reportingIntervalSeconds: 60, longitude: null, latitude: null, simulated: false, createdAt: 0 },
  ...more,
})

const areas = [area('bd', null, 'province'), area('d1', 'bd'), area('d2', 'bd')]
const pathOf = (code: string) => areas.filter((one) => one.code === code || one.code === 'bd').reverse()

/** A census over two places: `p1` in `d1`, `p2` in `d2`. */
export function handMade(
  options: {
    points?: boolean
    maxRows?: number
    slices?: () => Slices
    /** A real one, in place of the lists. */
    store?: { telemetry: Pick<Telemetry, 'recordCoverage'>; points: PointSink }
    /** A real registry, for what it knows of alerts. */
    alerts?: AlertHistory
  } = {},
) {
  const { points = true, store, ...rest } = options
  const paths = new Map(['d1', 'd2'].map((code) => [code, pathOf(code)]))
  const recorded: { at: number; rows: readonly CoverageRow[] }[] = []
  const log: string[] = []
  let written: Point[] = []
  const world = {
    now: begin,
    places: [place('p1', 'd1'), place('p2', 'd2')],
    devices: [] as Device[],
    states: new Map<number, DeviceState>(),
    /** What the store says instead of taking anything. */
    failure: null as Error | null,
    /** What every write waits for. */
    hang: Promise.resolve(),
    /** Writes that were begun. */
    begun: 0,
    refused: [] as string[],
    progress: newProgress(),
    rejections: new Map<RejectionReason, number>(),
    door: undefined as DoorFigures | undefined,
    recorded,
    log,
    census: undefined as unknown as Census,
    /** Everything heard now, and with these faults. */
    hear(serial: number, faults: DeviceState['faults'] = []) {
      world.states.set(serial, state(serial, { heardAt: world.now, faults }))
    },
    /** Moves the clock and lets the census do what is due. */
    async tick(ms: number) {
      world.now += ms
      await world.census.tick()
    },
    /** The points of a measurement since the last call. */
    take<Name extends MeasurementName>(name: Name): Point<Name>[] {
      const isOfName = (point: Point): point is Point<Name> => point.measurement === name
      const taken = written.filter(isOfName)
      written = written.filter((point) => !isOfName(point))
      return taken
    },
  }
  const whole = (): WholeCity => ({
    areas,
    places: world.places,
    areasOf: (number) => paths.get(world.places[number]?.area ?? '') ?? [],
    devicesOf: (number) => world.devices.filter((one) => one.place === world.places[number]?.id),
  })
  world.census = createCensus({
    view: { whole },
    state: (serial) => world.states.get(serial),
    telemetry: {
      async recordCoverage(at, rows) {
        world.begun++
        await world.hang
        if (world.failure) throw world.failure
        recorded.push({ at, rows })
      },
    },
    onCoverage: () => undefined,
    alerts: {
      versions: async () => ({ alerts: 0 }),
      alert: async () => undefined,
      alertSteps: async () => [],
      alerts: async () => ({ items: [], next: null }),
    },
    points: points
      ? {
          async write(some) {
            world.begun++
            await world.hang
            if (world.failure) throw world.failure
            written.push(...some)
            return world.refused
          },
        }
      : null,
    figures: () => world,
    target: 0.7,
    clock: () => world.now,
    logger: pino({}, { write: (line: string) => log.push(JSON.parse(line).msg) }),
    ...store,
    ...rest,
  })
  return world
}
