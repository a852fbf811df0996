/**
 * The second stage: a sheet becomes areas, places or devices, each row checked against the model. Called by
 * import.ts. Which of the three a sheet is, its columns tell.
 */
import type { z } from 'zod'
import { type Area, area } from '../../model/area.ts'
import { type DeviceInput, deviceInput } from '../../model/device.ts'
import { type Place, place } from '../../model/place.ts'
import { type FaultList, quoted, type Spot } from './faults.ts'
import type { Sheet, SheetRow } from './sheet.ts'
import { wordsOf } from './words.ts'

export const tableNames = ['areas', 'places', 'devices'] as const
export type TableName = (typeof tableNames)[number]

/** A row that is right in itself, with the spot where it stands. */
export interface Located<T> {
  readonly value: T
  readonly spot: Spot
  /** What a column is called there. */
  readonly label: (column: string) => string
}

export interface CityRows {
  readonly areas: Located<Area>[]
  readonly places: Located<Place>[]
  readonly devices: Located<DeviceInput>[]
}

interface Table {
  readonly required: readonly string[]
  readonly optional: readonly string[]
  /** A sheet with all of these is this table. */
  readonly telling: readonly string[]
}

const tables: Readonly<Record<TableName, Table>> = {
  areas: {
    required: ['code', 'name', 'level'],
    optional: ['parent', 'population', 'boundary'],
    telling: ['code', 'level'],
  },
  places: {
    required: ['id', 'name', 'type', 'area', 'longitude', 'latitude'],
    optional: [],
    telling: ['id', 'type', 'area'],
  },
  devices: {
    required: ['id', 'kind', 'place'],
    optional: ['name', 'status', 'reportingIntervalSeconds', 'longitude', 'latitude'],
    telling: ['id', 'kind', 'place'],
  },
}

const numbers = new Set(['population', 'longitude', 'latitude', 'reportingIntervalSeconds'])
const identifiers = new Set(['code', 'parent', 'id', 'area', 'place'])

/** Adds the rows of a sheet to `rows`; returns the columns that are no part of the table and are not read. */
export function takeSheet(options: {
  sheet: Sheet
  /** What the user says it is; undefined: its columns tell. */
  as: TableName | undefined
  rows: CityRows
  faults: FaultList
}): string[] {
  const { sheet, rows, faults } = options
  const name = options.as ?? tableNames.find((table) => hasAll(sheet, tables[table].telling))
  const header = { file: sheet.file, at: 'row 1' }
  if (!name) {
    const message = `is neither areas, places nor devices by its columns (${sheet.columns.join(', ')}); name them, or say --as`
    faults.add(header, null, message)
    return []
  }
  const { required, optional } = tables[name]
  const absent = required.filter((column) => !sheet.columns.includes(column.toLowerCase()))
  for (const column of absent) faults.add(header, sheet.label(column), `is missing; ${name} need it`)
  if (absent.length > 0) return []

  const columns = [...required, ...optional]
  const take = <T>(schema: z.ZodType<T>, into: Located<T>[]) => {
    for (const row of sheet.rows) {
      const value = checkRow({ schema, sheet, row, columns, faults })
      if (value !== undefined)
        into.push({ value, spot: { file: sheet.file, at: row.at }, label: sheet.label })
    }
  }
  if (name === 'areas') take(area, rows.areas)
  else if (name === 'places') take(place, rows.places)
  else take(deviceInput, rows.devices)
  return sheet.columns.filter((column) => !columns.some((known) => known.toLowerCase() === column))
}

const hasAll = (sheet: Sheet, columns: readonly string[]) =>
  columns.every((column) => sheet.columns.includes(column))

function checkRow<T>(options: {
  schema: z.ZodType<T>
  sheet: Sheet
  row: SheetRow
  columns: readonly string[]
  faults: FaultList
}): T | undefined {
  const { schema, sheet, row, columns, faults } = options
  const given: Record<string, unknown> = {}
  for (const column of columns) {
    const value = cellValue(column, row.cells[column.toLowerCase()])
    if (value !== undefined) given[column] = value
  }
  // An area at the top has no parent; the model wants that said.
  if (columns.includes('parent')) given.parent ??= null

  const parsed = schema.safeParse(given)
  const spot = { file: sheet.file, at: row.at }
  if (parsed.success) {
    const lost = positionOutside(given.boundary)
    if (!lost) return parsed.data
    faults.add(spot, sheet.label('boundary'), `${quoted(lost)} — is not [longitude, latitude] in degrees`)
    return undefined
  }
  for (const issue of parsed.error.issues) {
    const column = String(issue.path[0] ?? '')
    const value = given[column]
    const words = wordsOf(issue, value === undefined)
    faults.add(spot, sheet.label(column), value === undefined ? words : `${quoted(value)} — ${words}`)
  }
  return undefined
}

/** A cell as the model takes it: numbers written as text are numbers, and codes written as numbers are text. */
function cellValue(column: string, cell: unknown): unknown {
  if (cell === '' || cell === undefined || cell === null) return undefined
  if (numbers.has(column) && typeof cell === 'string' && /^[-+]?\d+(\.\d+)?(e[-+]?\d+)?$/i.test(cell))
    return Number(cell)
  if (identifiers.has(column) && Number.isSafeInteger(cell)) return String(cell)
  return cell
}

/** The first position of an outline that is not in degrees, such as one of a projected system, in metres. */
function positionOutside(outline: unknown): unknown {
  if (outline === null || typeof outline !== 'object') return undefined
  const coordinates = 'coordinates' in outline ? outline.coordinates : outline
  if (!Array.isArray(coordinates)) return undefined
  const [longitude, latitude] = coordinates
  if (typeof longitude === 'number' && typeof latitude === 'number')
    return Math.abs(longitude) > 180 || Math.abs(latitude) > 90 ? coordinates : undefined
  for (const inner of coordinates) {
    const lost = positionOutside(inner)
    if (lost) return lost
  }
  return undefined
}
