/**
 * What is wrong with a city's files, each fault with its file, row and column. All rows are checked before
 * anything is loaded, so that a file is corrected in one go; a hopeless file must not fill the memory.
 */
import { type FieldFault, LanternError } from '../../model/errors.ts'

/** How many faults are kept to be shown; the rest are counted. */
export const maxShownFaults = 100

/** Where something stands in a file: "row 17" as a spreadsheet counts, or "feature 3". */
export interface Spot {
  readonly file: string
  readonly at: string
}

export interface FaultList {
  /** `column` in the file's own words: "column latitude", "property name", "geometry"; null: the whole row. */
  add(spot: Spot, column: string | null, message: string): void
  /** Of a file that has no rows to name: it is missing, or too large. */
  addFile(file: string, message: string): void
  count(): number
  /** Raises `invalid-city-file` when there is a fault. */
  raise(): void
}

export function createFaultList(): FaultList {
  const shown: FieldFault[] = []
  let total = 0
  function keep(field: string, message: string): void {
    total++
    if (shown.length < maxShownFaults) shown.push({ field, message })
  }
  return {
    add: ({ file, at }, column, message) => keep(`${file} ${at}${column ? `, ${column}` : ''}`, message),
    addFile: keep,
    count: () => total,
    raise() {
      if (total === 0) return
      const rest = total > shown.length ? ` (the first ${shown.length} are shown)` : ''
      throw new LanternError('invalid-city-file', `${total} ${total === 1 ? 'fault' : 'faults'}${rest}`, {
        faults: shown,
      })
    },
  }
}

/** A value as a fault quotes it, not too long. */
export function quoted(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
  const printable = text.replaceAll(/\p{Cc}/gu, '·')
  return printable.length > 60 ? `${printable.slice(0, 60)}…` : printable
}
