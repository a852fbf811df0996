/**
 * CSV as RFC 4180 has it, for spreadsheets: UTF-8 with a byte order mark, by which Excel knows it, and a header
 * row. A text that a spreadsheet would take for a formula is made harmless (OWASP, "CSV injection").
 */

type Field = string | number | null

/** A column: its name in the header row, what it means, and its field of a row. */
export interface Column<Row> {
  readonly name: string
  readonly description: string
  of(row: Row): Field
}

const byteOrderMark = '\uFEFF'
const lineEnd = '\r\n'
/** How a formula begins, also in the wide forms that some spreadsheets take. */
const formula = /^[=+\-@\t\r＝＋－＠]/
/** Semicolons and tabs part fields where the spreadsheet's language has it so. */
const needsQuotes = /[",;\t\r\n]|^\s|\s$/

export function csvField(value: Field): string {
  if (value === null) return ''
  // A number below zero is no formula.
  if (typeof value === 'number') return String(value)
  const harmless = formula.test(value) ? `'${value}` : value
  return needsQuotes.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}

export function csvHeader<Row>(columns: readonly Column<Row>[]): string {
  return byteOrderMark + columns.map(({ name }) => csvField(name)).join(',') + lineEnd
}

export function csvRows<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  return rows.map((row) => columns.map(({ of }) => csvField(of(row))).join(',') + lineEnd).join('')
}

/** For the description of a route. */
export function describeColumns<Row>(columns: readonly Column<Row>[]): string {
  const lines = columns.map(({ name, description }) => `- \`${name}\`: ${description}`)
  return `Columns:\n\n${lines.join('\n')}\n\nUTF-8 with a byte order mark, RFC 4180. A text that begins with = + - or @ has an apostrophe before it, so that no spreadsheet takes it for a formula.`
}
