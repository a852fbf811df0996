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
  /** The codes and ids of rows that were refused: what refers to them is not wrong for that. */
  readonly refused: Set<string>
}

export const noRows = (): CityRows => ({ areas: [], places: [], devices: [], refused: new Set() })

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

/**
 * Adds the rows of a sheet to `rows`; returns the columns that are no part of the table and are not read, or
 * undefined where the sheet as a whole is no table.
 */
export function takeSheet(options: {
  sheet: Sheet
  /** What the user says it is; undefined: its columns tell. */
  as: TableName | undefined
  rows: CityRows
  faults: FaultList
}): string[] | undefined {
  const { sheet, rows, faults } = options
  const name = options.as ?? tableNames.find((table) => hasAll(sheet, tables[table].telling))
  const header = { file: sheet.file, at: 'row 1' }
  if (!name) {
    const message = `is neither areas, places nor devices by its columns (${sheet.columns.join(', ')}); name them, or say --as`
    faults.add(header, null, message)
    return undefined
  }
  const { required, optional } = tables[name]
  const absent = required.filter((column) => !sheet.columns.includes(column.toLowerCase()))
  for (const column of absent) faults.add(header, sheet.label(column), `is missing; ${name} need it`)
  if (absent.length > 0) return undefined

  const columns = [...required, ...optional]
  const take = <T>(schema: z.ZodType<T>, into: Located<T>[]) => {
    for (const row of sheet.rows) {
      const given = valuesOf(row, columns)
      const spot = { file: sheet.file, at: row.at }
      const value = checkRow({ schema, given, spot, label: sheet.label, faults })
      if (value === undefined) rows.refused.add(String(given.code ?? given.id))
      else into.push({ value, spot, label: sheet.label })
    }
  }
  if (name === 'areas') take(area, rows.areas)
  else if (name === 'places') take(place, rows.places)
  else take(deviceInput, rows.devices)
  return sheet.columns.filter((column) => !columns.some((known) => known.toLowerCase() === column))
}

const hasAll = (sheet: Sheet, columns: readonly string[]) =>
  columns.every((column) => sheet.columns.includes(column))

/** The cells of a row that are not empty. */
function valuesOf(row: SheetRow, columns: readonly string[]): Record<string, unknown> {
  const cells = columns.map((column) => [column, cellValue(column, row.cells[column.toLowerCase()])] as const)
  const given: Record<string, unknown> = Object.fromEntries(cells.filter(([, value]) => value !== undefined))
  // An area at the top has no parent; the model wants that said.
  if (columns.includes('parent')) given.parent ??= null
  return given
}

function checkRow<T>(options: {
  schema: z.ZodType<T>
  given: Readonly<Record<string, unknown>>
  spot: Spot
  label: (column: string) => string
  faults: FaultList
}): T | undefined {
  const { schema, given, spot, label, faults } = options
  const parsed = schema.safeParse(given)
  if (parsed.success) {
    const lost = positionOutside(given.boundary)
    if (!lost) return parsed.data
    faults.add(spot, label('boundary'), `${quoted(lost)} — is not [longitude, latitude] in degrees`)
    return undefined
  }
  for (const issue of parsed.error.issues) {
    const column = String(issue.path[0] ?? '')
    const value = given[column]
    const words = wordsOf(issue, value === undefined)
    faults.add(spot, label(column), value === undefined ? words : `${quoted(value)} — ${words}`)
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
