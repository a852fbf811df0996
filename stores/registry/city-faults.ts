/**
 * Checks a city before it is written: every parent and every area must exist, no area may lie in itself,
 * and no code may come twice. All faults are found at once, so that a file is corrected in one go.
 */
import type { Area } from '../../model/area.ts'
import type { FieldFault } from '../../model/errors.ts'
import type { Place } from '../../model/place.ts'
import { repeated } from './faults.ts'

/** `known`: the areas that are there already, each with its parent. Faults name `areas[<index>].parent` etc. */
export function cityFaults(
  city: { areas: readonly Area[]; places: readonly Place[] },
  known: ReadonlyMap<string, string | null>,
): FieldFault[] {
  const parents = new Map(known)
  for (const { code, parent } of city.areas) parents.set(code, parent)

  const faults = [
    ...repeated(city.areas.map(({ code }) => code)).map((index) => ({
      field: `areas[${index}].code`,
      message: `the code "${city.areas[index]?.code}" comes twice`,
    })),
    ...repeated(city.places.map(({ id }) => id)).map((index) => ({
      field: `places[${index}].id`,
      message: `the id "${city.places[index]?.id}" comes twice`,
    })),
  ]
  city.areas.forEach(({ code, parent }, index) => {
    const field = `areas[${index}].parent`
    if (parent !== null && !parents.has(parent))
      faults.push({ field, message: `there is no area "${parent}"; add it first, or with this one` })
    else if (liesInItself(code, parents))
      faults.push({ field, message: `the area "${code}" would lie in itself` })
  })
  city.places.forEach(({ area }, index) => {
    if (!parents.has(area))
      faults.push({ field: `places[${index}].area`, message: `there is no area "${area}"; add it first` })
  })
  return faults
}

function liesInItself(code: string, parents: ReadonlyMap<string, string | null>): boolean {
  let at = parents.get(code)
  for (let steps = 0; steps <= parents.size && typeof at === 'string'; steps++) {
    if (at === code) return true
    at = parents.get(at)
  }
  return false
}
