/**
 * Areas and places: the part of the registry that changes rarely and is then read as a whole. Called
 * through the Registry port by the importer, the demonstration city and the city view.
 */
import type { Kysely } from 'kysely'
import { type Area, boundary } from '../../model/area.ts'
import type { Place } from '../../model/place.ts'
import { chunksOf } from './chunks.ts'
import { cityFaults } from './city-faults.ts'
import { takeNumbers } from './counters.ts'
import { refusal } from './faults.ts'
import type { Schema } from './schema.ts'

export async function readAreas(db: Kysely<Schema>): Promise<Area[]> {
  const rows = await db.selectFrom('area').selectAll().orderBy('code').execute()
  return rows.map((row) => ({
    code: row.code,
    name: row.name,
    level: row.level,
    parent: row.parent,
    population: row.population,
    boundary: row.boundary === null ? null : boundary.parse(JSON.parse(row.boundary)),
  }))
}

export async function readPlaces(db: Kysely<Schema>): Promise<Place[]> {
  const rows = await db.selectFrom('place').selectAll().orderBy('id').execute()
  return rows.map(({ id, name, type, area, longitude, latitude }) => ({
    id,
    name,
    type,
    area,
    longitude,
    latitude,
  }))
}

/** Must run in a transaction. Raises `invalid-request` with every fault. */
export async function writeCity(
  db: Kysely<Schema>,
  city: { areas: readonly Area[]; places: readonly Place[] },
): Promise<void> {
  const known = await db.selectFrom('area').select(['code', 'parent']).execute()
  const faults = cityFaults(city, new Map(known.map(({ code, parent }) => [code, parent])))
  if (faults.length > 0) throw refusal('invalid-request', faults)

  for (const areas of chunksOf(city.areas))
    await db
      .insertInto('area')
      .values(
        areas.map(({ code, name, level, parent, population, boundary }) => ({
          code,
          name,
          level,
          parent,
          population,
          boundary: boundary === null ? null : JSON.stringify(boundary),
        })),
      )
      .onConflict((conflict) =>
        conflict.column('code').doUpdateSet((row) => ({
          name: row.ref('excluded.name'),
          level: row.ref('excluded.level'),
          parent: row.ref('excluded.parent'),
          population: row.ref('excluded.population'),
          boundary: row.ref('excluded.boundary'),
        })),
      )
      .execute()
  for (const places of chunksOf(city.places))
    await db
      .insertInto('place')
      .values(
        places.map(({ id, name, type, area, longitude, latitude }) => ({
          id,
          name,
          type,
          area,
          longitude,
          latitude,
        })),
      )
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet((row) => ({
          name: row.ref('excluded.name'),
          type: row.ref('excluded.type'),
          area: row.ref('excluded.area'),
          longitude: row.ref('excluded.longitude'),
          latitude: row.ref('excluded.latitude'),
        })),
      )
      .execute()
  await takeNumbers(db, 'city', 1)
}

/** Must run in a transaction. Counters stay, so that no serial and no version comes twice. */
export async function removeCity(db: Kysely<Schema>): Promise<void> {
  for (const table of ['device_status', 'device_state', 'device', 'place', 'area'] as const)
    await db.deleteFrom(table).execute()
  await takeNumbers(db, 'city', 1)
}
