/**
 * The first stage: the bytes of a file become text, and the text a sheet of rows. Called by import.ts for each
 * file that the user names.
 */
import { readFile, stat } from 'node:fs/promises'
import { messageOf } from '../../model/errors.ts'
import { parseCsv } from './csv.ts'
import type { FaultList } from './faults.ts'
import { parseGeoJson } from './geojson.ts'
import type { Sheet } from './sheet.ts'

/** The largest file that is read, bytes. */
const maxFileBytes = 256 * 1024 * 1024

/** Undefined where the file cannot be read as a sheet; the faults then say why. */
export async function readSheet(file: string, faults: FaultList): Promise<Sheet | undefined> {
  let bytes: Buffer
  try {
    const { size } = await stat(file)
    if (size > maxFileBytes) {
      faults.addFile(file, `is larger than ${maxFileBytes / 1024 / 1024} MiB; split it`)
      return undefined
    }
    bytes = await readFile(file)
  } catch (thrown) {
    faults.addFile(file, `cannot be read: ${messageOf(thrown)}`)
    return undefined
  }
  const text = decode(file, bytes, faults)
  if (text === undefined) return undefined
  return /\.(geo)?json$/i.test(file) ? parseGeoJson(file, text, faults) : parseCsv(file, text, faults)
}

/** UTF-8 with or without a byte order mark. Anything else is a fault that names its first wrong row. */
function decode(file: string, bytes: Buffer, faults: FaultList): string | undefined {
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)
  if (utf16) {
    faults.add(
      { file, at: 'row 1' },
      null,
      'is UTF-16; save the file as UTF-8 ("CSV UTF-8" in a spreadsheet)',
    )
    return undefined
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    const row = firstWrongRow(bytes)
    const remedy = 'save the file as UTF-8 ("CSV UTF-8" in a spreadsheet)'
    faults.add({ file, at: `row ${row}` }, null, `has bytes that are not UTF-8; ${remedy}`)
    return undefined
  }
}

/** A line feed is never part of a longer UTF-8 character, so each line can be judged alone. */
function firstWrongRow(bytes: Buffer): number {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let row = 1
  for (let from = 0; from < bytes.length; row++) {
    const end = bytes.indexOf(0x0a, from)
    const to = end < 0 ? bytes.length : end + 1
    try {
      decoder.decode(bytes.subarray(from, to))
    } catch {
      return row
    }
    from = to
  }
  return row
}
