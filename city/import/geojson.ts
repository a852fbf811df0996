/**
 * GeoJSON (RFC 7946): a FeatureCollection whose properties are the columns. A point gives the columns longitude
 * and latitude, an outline the column boundary. Called by read.ts.
 */
import { z } from 'zod'
import { messageOf } from '../../model/errors.ts'
import { brokenRow } from './broken-json.ts'
import { type FaultList, quoted } from './faults.ts'
import type { Sheet, SheetRow } from './sheet.ts'

const collection = z.object({
  type: z.literal('FeatureCollection'),
  features: z.array(z.unknown()).min(1),
  crs: z.unknown().optional(),
})
const feature = z.object({
  type: z.literal('Feature'),
  properties: z.record(z.string(), z.unknown()).nullable(),
  geometry: z.looseObject({ type: z.string(), coordinates: z.unknown() }).nullable(),
})

const geometryColumns = ['longitude', 'latitude', 'boundary']

export function parseGeoJson(file: string, text: string, faults: FaultList): Sheet | undefined {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (thrown) {
    faults.add({ file, at: `row ${brokenRow(text)}` }, null, `is not JSON: ${messageOf(thrown)}`)
    return undefined
  }
  const parsed = collection.safeParse(json)
  if (!parsed.success) {
    faults.add({ file, at: 'row 1' }, null, 'is no GeoJSON FeatureCollection with at least one feature')
    return undefined
  }
  if (!inDegrees(parsed.data.crs)) {
    const message = `has the coordinate system ${quoted(parsed.data.crs)}; save it in WGS 84 (EPSG:4326)`
    faults.add({ file, at: 'row 1' }, 'property crs', message)
    return undefined
  }

  const columns = new Set<string>()
  const rows = parsed.data.features.flatMap((entry, index): SheetRow[] => {
    const at = `feature ${index + 1}`
    const cells = cellsOf(entry, (part, message) => faults.add({ file, at }, part, message))
    for (const column of Object.keys(cells ?? {})) columns.add(column)
    return cells ? [{ at, cells }] : []
  })
  if (rows.length === 0) return undefined
  return {
    file,
    columns: [...columns],
    rows,
    label: (column) => (geometryColumns.includes(column) ? `geometry (${column})` : `property ${column}`),
  }
}

/** The properties and the geometry as one row; undefined where the entry is no such feature. */
function cellsOf(
  entry: unknown,
  fault: (part: string | null, message: string) => void,
): Record<string, unknown> | undefined {
  const parsed = feature.safeParse(entry)
  if (!parsed.success) {
    const part = parsed.error.issues[0]?.path[0]
    fault(
      part === undefined ? null : String(part),
      'is not that of a GeoJSON Feature (type, properties, geometry)',
    )
    return undefined
  }
  const { properties, geometry } = parsed.data
  const own = Object.entries(properties ?? {}).map(([name, value]) => [name.toLowerCase(), value ?? ''])
  const cells: Record<string, unknown> = Object.fromEntries(own)
  if (geometry === null) return cells
  if (geometry.type === 'Point') {
    const position = z.array(z.unknown()).min(2).safeParse(geometry.coordinates)
    if (!position.success) {
      fault(
        'geometry',
        `has the coordinates ${quoted(geometry.coordinates)}; they must be [longitude, latitude]`,
      )
      return undefined
    }
    return { ...cells, longitude: position.data[0], latitude: position.data[1] }
  }
  if (geometry.type === 'Polygon' || geometry.type === 'MultiPolygon') return { ...cells, boundary: geometry }
  fault('geometry', `is a ${quoted(geometry.type)}; it must be a Point, Polygon or MultiPolygon, or null`)
  return undefined
}

/** Older files name their coordinate system; RFC 7946 has only WGS 84 in degrees. */
function inDegrees(crs: unknown): boolean {
  if (crs === undefined || crs === null) return true
  return /CRS84|4326/.test(JSON.stringify(crs))
}
