/**
 * The mark of a transfer into this bucket (../transfer/): how far it is. Until it is finished Lantern must not begin on
 * what is there, because it would take half a city for a whole one. Used by intake.ts and by influx.ts at the start.
 */
import { LanternError } from '../../../model/errors.ts'
import { type Mark, parseMark } from '../transfer/port.ts'
import { textField } from './lines.ts'
import type { Server } from './server.ts'

const measurement = 'lantern_transfer'

/** Undefined: there was never one. */
export async function readMark(server: Server): Promise<Mark | undefined> {
  let mark: Mark | undefined
  await server.query([`SELECT "mark" FROM ${server.from('5m', measurement)}`], ({ values }) => {
    for (const [, text] of values) mark = parseMark(String(text))
  })
  return mark
}

export function writeMark(server: Server, mark: Mark): Promise<void> {
  return server.write('5m', [`${measurement} mark=${textField(JSON.stringify(mark))} 0`])
}

/** Raises `conflict` while a transfer into this bucket is unfinished. */
export async function assertNoTransfer(server: Server): Promise<void> {
  const mark = await readMark(server)
  if (!mark || mark.finished) return
  throw new LanternError(
    'conflict',
    `InfluxDB's ${server.nameOf('raw')} holds an unfinished transfer from ${mark.source}`,
    { remedy: 'Finish it with npm run influx -- export, or set LANTERN_INFLUX_BUCKET to another name.' },
  )
}
