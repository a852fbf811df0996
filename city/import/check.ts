/**
 * The third stage: whether the rows fit together and fit what the registry holds. Called by import.ts with the
 * rows that are right in themselves; what it lets through, the registry takes.
 */
import type { FaultList } from './faults.ts'
import type { CityRows, Located } from './tables.ts'

/** What is there already, as far as it stays. */
export interface Present {
  /** The parent of each area, by code. */
  readonly areas: ReadonlyMap<string, string | null>
  /** The area of each place, by id. */
  readonly places: ReadonlyMap<string, string>
  readonly devices: ReadonlySet<string>
}

export function checkTogether(rows: CityRows, present: Present, faults: FaultList): void {
  findRepeated(rows.areas, 'code', (area) => area.code, faults)
  findRepeated(rows.places, 'id', (place) => place.id, faults)
  findRepeated(rows.devices, 'id', (device) => device.id, faults)

  const parents = new Map(present.areas)
  for (const { value } of rows.areas) parents.set(value.code, value.parent)
  checkHierarchy(rows, parents, faults)
  checkPlaces(rows, parents, present, faults)
  checkDevices(rows, present, faults)
}

function findRepeated<T>(
  rows: readonly Located<T>[],
  column: string,
  keyOf: (value: T) => string,
  faults: FaultList,
): void {
  const first = new Map<string, Located<T>>()
  for (const row of rows) {
    const key = keyOf(row.value)
    const before = first.get(key)
    if (!before) first.set(key, row)
    else
      faults.add(
        row.spot,
        row.label(column),
        `${key} — comes twice, first in ${before.spot.file} ${before.spot.at}`,
      )
  }
}

/** Every parent must exist, and no area may lie in itself, however far around. */
function checkHierarchy(
  rows: CityRows,
  parents: ReadonlyMap<string, string | null>,
  faults: FaultList,
): void {
  const inCircle = areasInCircles(parents)
  for (const { value, spot, label } of rows.areas) {
    const { code, parent } = value
    if (parent === null) continue
    if (!parents.has(parent) && !rows.refused.has(parent))
      faults.add(
        spot,
        label('parent'),
        `${parent} — there is no such area, neither in the files nor in the registry`,
      )
    else if (inCircle.has(code))
      faults.add(spot, label('parent'), `${parent} — then the area ${code} would lie in itself`)
  }
}

/** The areas of every circle; each area is walked over once, however many there are. */
function areasInCircles(parents: ReadonlyMap<string, string | null>): Set<string> {
  const walkOf = new Map<string, string>()
  const found = new Set<string>()
  for (const start of parents.keys()) {
    let at: string | null | undefined = start
    while (typeof at === 'string' && !walkOf.has(at)) {
      walkOf.set(at, start)
      at = parents.get(at)
    }
    // Where a walk meets its own trail, the way from there back to itself is a circle.
    while (typeof at === 'string' && walkOf.get(at) === start && !found.has(at)) {
      found.add(at)
      at = parents.get(at)
    }
  }
  return found
}

/**
 * A place lies in the smallest area there is, so that the figures of the parts add up to those of the whole:
 * an area that is divided takes no places, and an area with places is not divided.
 */
function checkPlaces(
  rows: CityRows,
  parents: ReadonlyMap<string, string | null>,
  present: Present,
  faults: FaultList,
): void {
  const divided = new Set(parents.values())
  for (const { value, spot, label } of rows.places) {
    const { area } = value
    if (!parents.has(area) && !rows.refused.has(area))
      faults.add(
        spot,
        label('area'),
        `${area} — there is no such area, neither in the files nor in the registry`,
      )
    else if (divided.has(area))
      faults.add(
        spot,
        label('area'),
        `${area} — is divided into smaller areas; name the one the place lies in`,
      )
  }

  const moved = new Set(rows.places.map(({ value }) => value.id))
  const withPlaces = new Set([...present.places].flatMap(([id, area]) => (moved.has(id) ? [] : [area])))
  for (const { value, spot, label } of rows.areas)
    if (value.parent !== null && withPlaces.has(value.parent)) {
      const message = `${value.parent} — has places of its own in the registry; move them into smaller areas in the same import`
      faults.add(spot, label('parent'), message)
    }
}

function checkDevices(rows: CityRows, present: Present, faults: FaultList): void {
  const places = new Set(present.places.keys())
  for (const { value } of rows.places) places.add(value.id)
  for (const { value, spot, label } of rows.devices) {
    if (present.devices.has(value.id))
      faults.add(spot, label('id'), `${value.id} — is registered already; its token is rotated over the API`)
    if (!places.has(value.place) && !rows.refused.has(value.place))
      faults.add(
        spot,
        label('place'),
        `${value.place} — there is no such place, neither in the files nor in the registry`,
      )
  }
}
