/**
 * Takes a whole city's telemetry into an InfluxDB, for a transfer (../transfer/): the lines that Lantern itself would have
 * written, then the mark. Lines that are written again replace themselves, so a transfer may break off anywhere.
 */
import { LanternError } from '../../../model/errors.ts'
import { day, formatTime } from '../../../model/time.ts'
import type { Mark, Rollup, Rows, TransferTarget } from '../transfer/port.ts'
import { stocks } from '../transfer/port.ts'
import { createBooks } from './books.ts'
import { coveragePoint } from './coverage.ts'
import { headOf, lineOf, tagsOf } from './lines.ts'
import { writePoints } from './points.ts'
import { type Row, lineOf as rollupLineOf } from './rollup.ts'
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
  const tags = new Map<number, string>()
  let serverKeepsMs = Number.POSITIVE_INFINITY

  /** Of a device's lines, with the comma before. */
  function tagsFor(serial: number): string {
    let found = tags.get(serial)
    if (found === undefined) {
      found = headOf('', tagsOf(serial, books.sites().get(serial)))
      tags.set(serial, found)
    }
    return found
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
        rows.rows.map((reading) => lineOf(kind + tagsFor(reading.serial), reading)),
      )
    }
    if (rows.shelf === 'rollups') {
      const { kind } = rows
      return put(
        '5m',
        rows.rows.map((row) => rollupLineOf(kind, rowOf(row, tagsFor(row.serial)), 0)),
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
    async isFree() {
      const mark = await readMark(server)
      return (mark && !mark.finished) || isEmpty(server)
    },
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
      tags.clear()
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

function rowOf({ bucket, readings, newest, parts }: Rollup, tags: string): Row {
  const figures = parts.flatMap((part) => {
    const { count = 0, sum = 0, min = 0, max = 0, last = 0, lastAt = 0 } = part ?? {}
    return [count, sum, min, max, last, lastAt]
  })
  return { tags, bucket, readings, newest, figures: Float64Array.from(figures) }
}
