/**
 * Takes a whole city's telemetry into an InfluxDB, for a transfer (../transfer/): the lines that Lantern itself would have
 * written, then the mark. Lines that are written again replace themselves, so a transfer may break off anywhere.
 */
import { LanternError } from '../../../model/errors.ts'
import { kindOf } from '../../../model/kinds.ts'
import { day, formatTime } from '../../../model/time.ts'
import type { Mark, Rows, TransferTarget } from '../transfer/port.ts'
import { stocks } from '../transfer/port.ts'
import { createBooks } from './books.ts'
import { coveragePoint } from './coverage.ts'
import { headOf, lineOf, tagsOf } from './lines.ts'
import { writePoints } from './points.ts'
import { rollupLine, rollupMeasurement } from './rollup.ts'
import { createServer, type ServerOptions, type Shelf } from './server.ts'
import { prepareServer } from './setup.ts'
import { countDays, isEmpty, placeOf } from './totals.ts'
import { readMark, writeMark } from './transfer-mark.ts'
import { writeAll } from './writing.ts'

/** InfluxDB's own end of time is in 2262. */
const never = Date.UTC(2200, 0, 1)

export function createInfluxTarget(options: ServerOptions & { now: () => number }): TransferTarget {
  const server = createServer(options)
  const books = createBooks({ server })
  const heads = new Map<string, string>()
  let serverKeepsMs = Number.POSITIVE_INFINITY

  function headFor(measurement: string, serial: number): string {
    const key = `${measurement} ${serial}`
    let head = heads.get(key)
    if (head === undefined) {
      head = headOf(measurement, tagsOf(serial, books.sites().get(serial)))
      heads.set(key, head)
    }
    return head
  }

  async function put(shelf: Shelf, lines: readonly string[]): Promise<void> {
    const [refused] = await writeAll(lines, (some) => server.write(shelf, some))
    if (refused) throw refusedBy(refused.detail)
  }

  async function putRows(rows: Rows): Promise<void> {
    if (rows.shelf === 'readings') {
      const { kind } = rows
      return put(
        'raw',
        rows.rows.map((reading) => lineOf(headFor(kind, reading.serial), reading)),
      )
    }
    if (rows.shelf === 'rollups') {
      const { fields } = kindOf(rows.kind)
      const measurement = rollupMeasurement(rows.kind)
      return put(
        '5m',
        rows.rows.map((row) => rollupLine(headFor(measurement, row.serial), fields, row, 0)),
      )
    }
    const [words] = await writePoints(
      server,
      rows.rows.map(({ at, ...row }) => coveragePoint(at, row)),
    )
    if (words !== undefined) throw refusedBy(words)
  }

  function refusedBy(words: string): LanternError {
    return new LanternError('conflict', `InfluxDB refused what was copied: ${words}`, {
      remedy: 'Choose an empty bucket with LANTERN_INFLUX_BUCKET; something else has written to this one.',
    })
  }

  return {
    name: `InfluxDB (${options.url}, ${options.bucket})`,
    async start() {
      serverKeepsMs = (await prepareServer({ server, bucket: options.bucket, org: options.org }))
        .serverKeepsMs
      await books.load()
    },
    stop: () => Promise.resolve(),
    counts: () => countDays(server),
    mark: () => readMark(server),
    isEmpty: () => isEmpty(server),
    async clear() {
      for (const stock of stocks) {
        const { shelf, measurement } = placeOf(stock)
        await server.remove(shelf, measurement, { end: never })
      }
      await server.remove('5m', 'lantern_due', { end: never })
      await books.load()
    },
    async begin(mark, ledger, oldest) {
      if (oldest < options.now() - serverKeepsMs)
        throw new LanternError(
          'invalid-settings',
          `InfluxDB keeps ${serverKeepsMs / day} days in ${server.nameOf('raw')}, and there are readings from ${formatTime(oldest)}`,
          {
            remedy: `Set the retention of ${server.nameOf('raw')} to infinite; Lantern removes readings itself.`,
          },
        )
      heads.clear()
      // Lines bear what the sites say, so no line may be written before them.
      await books.putSites(ledger.sites)
      await writeMark(server, mark)
    },
    async keep(rows, mark) {
      await putRows(rows)
      await writeMark(server, mark)
    },
    setMark: (mark: Mark) => writeMark(server, mark),
    async finish(mark, ledger) {
      await books.putSites(ledger.sites)
      await books.adopt(ledger)
      await writeMark(server, mark)
    },
  }
}
