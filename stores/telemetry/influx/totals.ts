/**
 * What an InfluxDB holds by stock and day, for a transfer (../transfer/): asked a few days at a time, because the server
 * reads a value of every row that it counts. Used by scan.ts and intake.ts.
 */
import { day } from '../../../model/time.ts'
import type { DayCount, Stock } from '../transfer/port.ts'
import { stocks } from '../transfer/port.ts'
import { rollupMeasurement } from './rollup.ts'
import type { Server, Shelf } from './server.ts'

/** Days that one statement counts, by what a day has. */
const daysAtOnce = { readings: 1, rollups: 10, coverage: 10 }

/** Where a stock lies, and a field that each of its rows has. */
export function placeOf({ shelf, kind }: Stock): { shelf: Shelf; measurement: string; field: string } {
  if (shelf === 'readings') return { shelf: 'raw', measurement: kind, field: 'delay' }
  if (shelf === 'rollups') return { shelf: '5m', measurement: rollupMeasurement(kind), field: 'readings' }
  return { shelf: '5m', measurement: 'coverage', field: 'places' }
}

/** When its oldest or newest row is, epoch ms; null: it has none. */
async function edgeOf(server: Server, stock: Stock, edge: 'first' | 'last'): Promise<number | null> {
  const { shelf, measurement, field } = placeOf(stock)
  let found: number | null = null
  await server.query([`SELECT ${edge}("${field}") FROM ${server.from(shelf, measurement)}`], ({ values }) => {
    for (const [time] of values) found = Number(time)
  })
  return found
}

export async function isEmpty(server: Server): Promise<boolean> {
  for (const stock of stocks) if ((await edgeOf(server, stock, 'first')) !== null) return false
  return true
}

export async function countDays(server: Server): Promise<DayCount[]> {
  const counts: DayCount[] = []
  for (const stock of stocks) {
    const first = await edgeOf(server, stock, 'first')
    const last = await edgeOf(server, stock, 'last')
    if (first === null || last === null) continue
    const step = daysAtOnce[stock.shelf] * day
    for (let from = Math.floor(first / day) * day; from <= last; from += step)
      counts.push(...(await countStretch(server, stock, from, from + step)))
  }
  return counts
}

async function countStretch(server: Server, stock: Stock, from: number, to: number): Promise<DayCount[]> {
  const { shelf, measurement, field } = placeOf(stock)
  const items = stock.shelf === 'rollups' ? `, sum("${field}")` : ''
  const statement = `SELECT count("${field}")${items} FROM ${server.from(shelf, measurement)} WHERE time >= ${from}ms AND time < ${to}ms GROUP BY time(1d) fill(none)`
  const counts: DayCount[] = []
  await server.query([statement], ({ values }) => {
    for (const [time, rows, sum] of values)
      if (Number(rows) > 0)
        counts.push({
          ...{ stock, day: Number(time) / day, rows: Number(rows) },
          items: Number(sum ?? rows),
        })
  })
  return counts
}
