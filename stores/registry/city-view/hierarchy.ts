/**
 * The areas as a tree, of whatever depth and levels the data has. They are numbered depth first, so that
 * the areas within one are the numbers from its own up to its end: inside-or-not is two comparisons, and
 * the sum over all areas within one is a difference of two running sums. Built by memory.ts.
 */
import type { Area } from '../../../model/area.ts'
import { LanternError } from '../../../model/errors.ts'
import type { Site } from '../../telemetry/port.ts'

export type Hierarchy = ReturnType<typeof createHierarchy>

/** How many codes an error names before it stops. */
const maxNamed = 30

export function createHierarchy(areas: readonly Area[]) {
  const byCode = [...areas].sort((a, b) => (a.code < b.code ? -1 : 1))
  const children = new Map<string | null, Area[]>()
  for (const area of byCode) {
    const siblings = children.get(area.parent)
    if (siblings) siblings.push(area)
    else children.set(area.parent, [area])
  }

  /** In depth-first order: the index is the number of the area. */
  const ordered: Area[] = []
  const ends: number[] = []
  const paths: Site['areas'][] = []
  const numbers = new Map<string, number>()
  const rungs = new Map<string, number>()
  const pending = [...(children.get(null) ?? [])].reverse().map((area) => ({ area, above: -1, depth: 0 }))
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { area, above, depth } = next
    const number = ordered.length
    ordered.push(area)
    ends.push(number + 1)
    numbers.set(area.code, number)
    const { code, level, name } = area
    paths.push([{ code, level, name }, ...(paths[above] ?? [])])
    rungs.set(area.level, Math.min(depth, rungs.get(area.level) ?? depth))
    const below = children.get(area.code) ?? []
    for (const child of [...below].reverse()) pending.push({ area: child, above: number, depth: depth + 1 })
  }
  // Backwards, so that an area's end is final before its parent takes it over.
  for (let number = ordered.length - 1; number >= 0; number--) {
    const parent = numbers.get(ordered[number]?.parent ?? '')
    if (parent !== undefined) ends[parent] = Math.max(ends[parent] ?? 0, ends[number] ?? 0)
  }
  const levels = [...rungs].sort(([a, i], [b, j]) => i - j || (a < b ? -1 : 1)).map(([level]) => level)

  const end = (number: number) => ends[number] ?? number
  const contains = (ancestor: number, number: number) => number >= ancestor && number < end(ancestor)

  function numberOf(code: string, field: string): number {
    const number = numbers.get(code)
    if (number === undefined) throw unknown(field, 'area', code, [...numbers.keys()].sort())
    return number
  }

  function checkLevel(level: string): void {
    if (!rungs.has(level)) throw unknown('level', 'level', level, levels)
  }

  /** The level of the areas just below `within`; without it, below the only root, or that of several roots. */
  function levelBelow(within: number | undefined): string | undefined {
    const roots = children.get(null) ?? []
    const only = roots.length === 1 ? roots[0] : undefined
    const top = within === undefined ? only : ordered[within]
    const below = top ? (children.get(top.code) ?? []) : roots
    if (below.length === 0 && within === undefined) return levels[0]
    return levels.find((level) => below.some((area) => area.level === level))
  }

  return {
    /** How many areas there are. */
    size: ordered.length,
    /** From the top rung down. */
    levels,
    find: (code: string): number | undefined => numbers.get(code),
    numberOf,
    end,
    contains,
    levelBelow,
    /** The area and those that it lies in, the smallest first. */
    path: (number: number): Site['areas'] => paths[number] ?? [],
    area: (number: number): Area | undefined => ordered[number],
    /** In the order of their codes; an area is within itself. Raises `invalid-request` for what is unknown. */
    select(filter: { level?: string | undefined; within?: string | undefined }): Area[] {
      const within = filter.within === undefined ? undefined : numberOf(filter.within, 'within')
      if (filter.level !== undefined) checkLevel(filter.level)
      return byCode.filter((area) => {
        const number = numbers.get(area.code)
        return (
          number !== undefined &&
          (filter.level === undefined || area.level === filter.level) &&
          (within === undefined || contains(within, number))
        )
      })
    },
  }
}

/** The error for a name that does not exist, with those that do. */
export function unknown(field: string, what: string, given: string, known: readonly string[]): LanternError {
  const more = known.length > maxNamed ? ` and ${known.length - maxNamed} more` : ''
  const named =
    known.length === 0 ? 'there is none yet' : `there are ${known.slice(0, maxNamed).join(', ')}${more}`
  const message = `there is no ${what} "${given}"; ${named}`
  return new LanternError('invalid-request', `${field}: ${message}`, { faults: [{ field, message }] })
}
