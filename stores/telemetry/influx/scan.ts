/**
 * Reads a whole city's telemetry from an InfluxDB for a transfer (../transfer/): its rows by stretches of time, what it
 * counts by day, and its books.
 */
import { LanternError } from '../../../model/errors.ts'
import type { StoredField } from '../../../model/kind.ts'
import { kindNames, kindOf } from '../../../model/kinds.ts'
import type { Reading } from '../../../model/reading.ts'
import { second } from '../../../model/time.ts'
import { bucketMs, bucketOf } from '../rules.ts'
import type { Coverage, Part, Range, Rollup, Rows, Stock, TransferSource } from '../transfer/port.ts'
import { createBooks } from './books.ts'
import { PlaceMissing } from './failures.ts'
import { readingOf } from './lookup.ts'
import { createMaintenance } from './maintenance.ts'
import { type Cell, createServer, quotedName, type ServerOptions } from './server.ts'
import { createTally } from './tally.ts'
import { countDays, placeOf } from './totals.ts'
import { assertNoTransfer } from './transfer-mark.ts'

type Tags = Readonly<Record<string, string>>

export function createInfluxSource(options: ServerOptions): TransferSource {
  const server = createServer(options)
  const books = createBooks({ server })
  const maintenance = createMaintenance({
    ...{ server, books, retentionDays: 0, rollupRetentionDays: 0, budgetMs: second },
    tally: createTally({ rolledUntil: () => null }),
    exclusive: (task) => task(),
    moving: () => undefined,
    stopping: () => false,
  })

  /** Rows of one statement; undefined as soon as there are more than `most`. */
  async function select<T>(
    statement: string,
    most: number,
    rowOf: (tags: Tags, row: readonly Cell[]) => T,
  ): Promise<T[] | undefined> {
    const rows: T[] = []
    const enough = new Error('more than wanted')
    try {
      await server.query([statement], ({ tags, values }) => {
        for (const row of values) rows.push(rowOf(tags, row))
        if (rows.length > most) throw enough
      })
    } catch (thrown) {
      if (rows.length > most) return undefined
      throw thrown
    }
    return rows
  }

  function selectFrom(stock: Stock, { from, to }: Range, fields: readonly string[]): string {
    const { shelf, measurement } = placeOf(stock)
    const columns = fields.map(quotedName).join(', ')
    return `SELECT ${columns} FROM ${server.from(shelf, measurement)} WHERE time >= ${from}ms AND time < ${to}ms GROUP BY *`
  }

  return {
    name: `InfluxDB (${options.url}, ${options.bucket})`,
    async start() {
      const { version } = await server.greet()
      try {
        await assertNoTransfer(server)
        await books.load()
        await maintenance.finish()
      } catch (thrown) {
        if (!(thrown instanceof PlaceMissing)) throw thrown
        throw new LanternError(
          'not-found',
          `InfluxDB ${version} has no Lantern telemetry in ${options.bucket}`,
          {
            cause: thrown,
            remedy: 'Set LANTERN_INFLUX_BUCKET to the bucket or database that Lantern has written to.',
          },
        )
      }
    },
    stop: () => Promise.resolve(),
    counts: () => countDays(server),
    async ledger() {
      await books.load()
      return {
        position: books.position(),
        progress: kindNames.map((kind) => {
          const { rolledUntil, rawFrom } = books.progress(kind)
          return { kind, rolledUntil, rawFrom }
        }),
        due: kindNames.flatMap((kind) =>
          Array.from(books.due(kind), ([bucket, round]) => ({ kind, bucket, round })).sort(
            (a, b) => a.bucket - b.bucket,
          ),
        ),
        sites: [...books.sites().values()].sort((a, b) => a.serial - b.serial),
      }
    },
    async read(stock, range, most): Promise<Rows | undefined> {
      const { shelf, kind } = stock
      if (shelf === 'readings') {
        const { fields } = kindOf(kind)
        const statement = selectFrom(stock, range, ['delay', ...fields.map(({ name }) => name)])
        const rows = await select(
          statement,
          most,
          (tags, row): Reading => readingOf(kind, fields, Number(tags.serial), row),
        )
        return rows && { shelf, kind, rows }
      }
      if (shelf === 'rollups') {
        const { fields } = kindOf(kind)
        const statement = selectFrom(stock, range, ['readings', 'last_at', ...fields.flatMap(columnsOf)])
        const rows = await select(statement, most, (tags, row) => rollupOf(Number(tags.serial), fields, row))
        return rows && { shelf, kind, rows }
      }
      const statement = selectFrom(stock, range, ['places', 'installed', 'working', 'target'])
      const rows = await select(statement, most, coverageOf)
      return rows && { shelf, rows }
    },
  }
}

const suffixes = ['count', 'sum', 'last', 'last_at', 'min', 'max'] as const
const columnsOf = ({ name }: StoredField) => suffixes.map((suffix) => `${name}_${suffix}`)

/** See rollup.ts for what is not written because it follows from the rest. */
function rollupOf(
  serial: number,
  fields: readonly StoredField[],
  [time, readings, lastAt, ...cells]: readonly Cell[],
): Rollup {
  const bucket = bucketOf(Number(time))
  const begin = bucket * bucketMs
  const newest = begin + Number(lastAt)
  const parts = fields.map(({ type }, index): Part | undefined => {
    const at = index * suffixes.length
    const [counted, added, last, lastOfField, least, greatest] = cells.slice(at, at + suffixes.length)
    if (typeof counted !== 'number') return undefined
    const sum = Number(added)
    const isFlag = type === 'boolean'
    return {
      ...{ count: counted, sum, last: Number(last) },
      min: isFlag ? Number(sum === counted) : Number(least),
      max: isFlag ? Number(sum > 0) : Number(greatest),
      lastAt: typeof lastOfField === 'number' ? begin + lastOfField : newest,
    }
  })
  return { serial, bucket, readings: Number(readings), newest, parts }
}

function coverageOf(tags: Tags, [at, ...cells]: readonly Cell[]): Coverage {
  const { area = '', level = '', name = '' } = tags
  const [places = 0, installed = 0, working = 0, target = 0] = cells.map(Number)
  return { at: Number(at), area, level, name, places, installed, working, target }
}
