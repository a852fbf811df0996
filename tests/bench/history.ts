/**
 * Fills a telemetry file with months of history in seconds, for the bench and for measurements: the rows are
 * made inside DuckDB, in the order in which a city's devices would have sent them. Not through the port,
 * which is measured on its own.
 */
import { DuckDBInstance, INTEGER, LIST, listValue } from '@duckdb/node-api'
import type { StoredField } from '../../model/kind.ts'
import { type KindName, kinds } from '../../model/kinds.ts'
import { day } from '../../model/time.ts'
import { quoted } from '../../stores/telemetry/duckdb/layout.ts'

/**
 * Adds about `readings` readings, every device the same number, spread evenly over the `days` before `end`
 * (epoch ms). The file must have been made by the store, and no process may hold it. Returns how many were written.
 */
export async function writeHistory(options: {
  file: string
  devices: readonly { serial: number; kind: KindName }[]
  readings: number
  days: number
  end: number
}): Promise<number> {
  const instance = await DuckDBInstance.create(options.file, { threads: '2', memory_limit: '2GiB' })
  const connection = await instance.connect()
  const ticks = Math.ceil(options.readings / options.devices.length)
  const interval = Math.floor((options.days * day) / ticks)
  let written = 0
  for (const kind of kinds) {
    const serials = options.devices.filter((device) => device.kind === kind.name).map(({ serial }) => serial)
    if (serials.length === 0) continue
    const names = ['serial', 'observed_at', 'delay', ...kind.fields.map(({ name }) => name)]
    await connection.run(
      `INSERT INTO ${quoted(kind.name)} (${names.map(quoted).join(', ')})
       SELECT serial, observed_at, 20 + (random() * 80)::INTEGER, ${kind.fields.map(valueSql).join(', ')}
       FROM (SELECT $serials[1 + i % len($serials)] AS serial,
               $start + i // len($serials) * $interval + hash(serial) % $interval AS observed_at
             FROM range(CAST($ticks * len($serials) AS BIGINT)) AS t(i))`,
      { serials: listValue(serials), start: options.end - ticks * interval, interval, ticks },
      { serials: LIST(INTEGER) },
    )
    written += ticks * serials.length
  }
  await connection.run('CHECKPOINT')
  connection.closeSync()
  instance.closeSync()
  return written
}

/** Values that follow the day and differ between devices, with as many digits as a sensor gives. */
function valueSql(field: StoredField): string {
  if (field.type === 'boolean') return `hash(serial, observed_at // ${day}) % 50 = 0`
  const wave = `(0.5 + 0.3 * sin(6.2832 * observed_at / ${day} + serial) + 0.2 * random())`
  if (field.unit === '') return `round(${wave}, 2)`
  return field.unit === '1' ? `round(60 * ${wave})` : `round(40 * ${wave}, 1)`
}
