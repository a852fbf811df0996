/**
 * Coverage as it was counted, minute by minute: the measurement `coverage` of model/measurements.ts, which people's
 * dashboards read too, on the long shelf. Called by influx.ts.
 */
import { LanternError } from '../../../model/errors.ts'
import type { Point } from '../../../model/measurements.ts'
import type { CoveragePoint, CoverageQuery, CoverageRow } from '../port.ts'
import { checkWindow, floorTo, shiftOf } from '../rules.ts'
import { quotedText, type Server } from './server.ts'

export function coveragePoint(at: number, row: CoverageRow): Point<'coverage'> {
  const { area, level, name, places, installed, working, target } = row
  const share = (count: number) => (places === 0 ? undefined : count / places)
  return {
    measurement: 'coverage',
    tags: { area, level, name },
    fields: {
      places,
      installed,
      working,
      installed_share: share(installed),
      working_share: share(working),
      target,
    },
    time: at,
  }
}

/** See the port. An area that was given another name has two series, which `last` reads as one. */
export async function readCoverage(
  server: Server,
  query: CoverageQuery,
  signal: AbortSignal,
): Promise<CoveragePoint[]> {
  checkWindow(query.window)
  const { areas, window, from, to, maxPoints } = query
  if (areas.length === 0 || to <= from) return []
  const shift = shiftOf(query)
  const chosen = areas.map((area) => `"area" = ${quotedText(area)}`).join(' OR ')
  const lasts = ['places', 'installed', 'working', 'target'].map((field) => `last("${field}")`).join(', ')
  const statement = `SELECT ${lasts} FROM ${server.from('5m', 'coverage')} WHERE (${chosen}) AND time >= ${from}ms AND time < ${to}ms GROUP BY time(${window}ms, ${(window - shift) % window}ms), "area" fill(none)`
  const windows = new Map<number, { -readonly [Name in keyof CoveragePoint]: CoveragePoint[Name] }>()
  await server.query(
    [statement],
    ({ values }) => {
      for (const row of values) {
        const [begin = 0, places = 0, installed = 0, working = 0, target = 0] = row.map(Number)
        const time = floorTo(begin + shift, window) - shift
        const point = windows.get(time) ?? { time, places: 0, installed: 0, working: 0, target: 0 }
        point.places += places
        point.installed += installed
        point.working += working
        point.target = Math.max(point.target, target)
        windows.set(time, point)
        if (windows.size > maxPoints)
          throw new LanternError('query-too-large', `the answer has more than ${maxPoints} points`)
      }
    },
    signal,
  )
  return [...windows.values()].sort((a, b) => a.time - b.time)
}
