/**
 * Readings as lines of InfluxDB's line protocol: one measurement a kind, tags that say which device and where it stood
 * when the line was written, the fields of the kind, and `delay` (receivedAt - observedAt, ms). A flag is 0 or 1,
 * because InfluxQL neither sums nor averages booleans; every number is a float, so that no field changes its type.
 */
import { levelTags } from '../../../model/measurements.ts'
import type { Reading } from '../../../model/reading.ts'
import type { Site } from '../port.ts'

/** What one request carries; InfluxDB's own advice is 5,000 to 10,000. */
export const linesPerWrite = 5000

/** The tags of a device's lines, from its site; of one that is not known (yet), its serial alone. */
export function tagsOf(serial: number, site: Site | undefined): Record<string, string> {
  if (!site) return { serial: String(serial) }
  const { device, place, placeType, areas } = site
  return { ...levelTags(areas), serial: String(serial), device, place, place_type: placeType }
}

/** A measurement with its tags, as a line begins. */
export function headOf(measurement: string, tags: Readonly<Record<string, string>>): string {
  const parts = [escaped(measurement)]
  for (const name of Object.keys(tags).sort()) {
    const value = tags[name]
    if (value) parts.push(`${escaped(name)}=${escaped(value)}`)
  }
  return parts.join(',')
}

/** `head`: of the reading's measurement and device. */
export function lineOf(head: string, { observedAt, receivedAt, values }: Reading): string {
  let line = `${head} delay=${receivedAt - observedAt}i`
  for (const name in values) {
    const value = values[name]
    if (value !== undefined) line += `,${escaped(name)}=${Number(value)}`
  }
  return `${line} ${observedAt}`
}

/** A text as the value of a field. */
export function textField(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

/** A name or a tag's value. A backslash at the end would escape what follows, and a line break ends the line. */
export function escaped(text: string): string {
  if (!/[,= \\\n\r]/.test(text)) return text
  return text
    .replaceAll(/[\n\r]/g, ' ')
    .replaceAll(/([,= ])/g, '\\$1')
    .replace(/\\$/, '\\ ')
}
