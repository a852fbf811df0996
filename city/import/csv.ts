/**
 * CSV as spreadsheets write it: comma, semicolon or tab between the cells, quotation marks, any line ends. The
 * first row names the columns. Called by read.ts.
 */
import { CsvError, parse } from 'csv-parse/sync'
import { messageOf } from '../../model/errors.ts'
import type { FaultList } from './faults.ts'
import type { Sheet, SheetRow } from './sheet.ts'

export function parseCsv(file: string, text: string, faults: FaultList): Sheet | undefined {
  const delimiter = delimiterOf(text)
  let lines: string[][]
  try {
    lines = parse(text, {
      delimiter,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      trim: true,
    })
  } catch (thrown) {
    faults.add({ file, at: `row ${rowOf(thrown)}` }, null, wordsOf(thrown))
    return undefined
  }

  const [header = [], ...body] = lines
  const columns = header.map((name) => name.toLowerCase())
  if (!nameColumns(file, columns, faults)) return undefined

  // A spreadsheet that separates cells by semicolons writes 106,638 for 106.638.
  const number = delimiter === ',' ? (cell: string) => cell : withDecimalPoint
  const rows: SheetRow[] = []
  body.forEach((line, index) => {
    if (line.every((cell) => cell === '')) return
    const at = `row ${index + 2}`
    if (line.length !== columns.length) {
      const message = `has ${line.length} cells where the first row has ${columns.length}`
      faults.add({ file, at }, null, message)
      return
    }
    rows.push({ at, cells: Object.fromEntries(columns.map((column, i) => [column, number(line[i] ?? '')])) })
  })
  if (rows.length === 0 && body.every((line) => line.every((cell) => cell === '')))
    faults.add({ file, at: 'row 2' }, null, 'is missing: the file has no rows')
  return { file, columns, rows, label: (column) => `column ${column}` }
}

/** Whether the first row can serve as names of the columns. */
function nameColumns(file: string, columns: readonly string[], faults: FaultList): boolean {
  const first = { file, at: 'row 1' }
  if (columns.every((name) => name === '')) {
    faults.add(first, null, 'is empty; it must name the columns')
    return false
  }
  const twice = columns.find((name, index) => columns.indexOf(name) !== index)
  if (twice === undefined) return true
  faults.add(first, `column ${twice || '(without a name)'}`, 'comes twice')
  return false
}

/** The separator that the first row has most of, outside quotation marks. */
function delimiterOf(text: string): string {
  const [first = ''] = text.replaceAll(/"[^"]*"/g, '').split(/[\r\n]/, 1)
  const number = (candidate: string) => first.split(candidate).length
  return [',', ';', '\t'].reduce((best, other) => (number(other) > number(best) ? other : best))
}

const withDecimalPoint = (cell: string) => (/^-?\d+,\d+$/.test(cell) ? cell.replace(',', '.') : cell)

const rowOf = (thrown: unknown) =>
  thrown instanceof CsvError && typeof thrown.records === 'number' ? thrown.records + 1 : 1

function wordsOf(thrown: unknown): string {
  const code = thrown instanceof CsvError ? thrown.code : ''
  if (code === 'CSV_QUOTE_NOT_CLOSED') return 'opens a quotation mark that is never closed'
  if (code.endsWith('OPENING_QUOTE') || code.endsWith('CLOSING_QUOTE'))
    return 'has a quotation mark inside a cell; write it twice, and the cell within quotation marks'
  if (code === 'CSV_MAX_RECORD_SIZE') return 'is longer than a row can be; is a quotation mark not closed?'
  return `is not CSV: ${messageOf(thrown)}`
}
