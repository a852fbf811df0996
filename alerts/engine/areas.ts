/** Rules about areas as a whole: their coverage, as it is counted now and then. */
import { minute } from '../../model/time.ts'
import { see } from './alerts-of.ts'
import type { AreaStep, EngineCity, SubjectFacts } from './city.ts'
import type { CompiledRule } from './compile.ts'
import type { CoverageRow } from './conditions/coverage.ts'
import type { Course } from './course.ts'
import { verdict } from './verdict.ts'
import { isAtRest, newWatch, type Watch, type WatchedSubject } from './watch.ts'

/** After Lantern was away, devices first have to be heard again before it is said how many work. */
const settling = 5 * minute

export function createAreas(options: { city: EngineCity; course: Course }) {
  const { city, course } = options
  const watches = new Map<CompiledRule, Map<string, Watch>>()

  function factsOf(area: string, path: readonly AreaStep[], name: string): SubjectFacts {
    return {
      type: 'area',
      id: area,
      name,
      kind: null,
      place: null,
      placeName: null,
      placeType: null,
      areas: path,
      longitude: null,
      latitude: null,
    }
  }

  function watchOf(rule: CompiledRule, area: string): Watch | undefined {
    const path = city.areaPath(area)
    const [first] = path
    if (!first || !rule.watchesArea(path)) return undefined
    const subject: WatchedSubject = {
      facts: factsOf(area, path, first.name),
      newest: Number.NEGATIVE_INFINITY,
      fresh: true,
      interval: minute,
    }
    const watch = newWatch(rule, subject)
    const ofRule = watches.get(rule) ?? new Map<string, Watch>()
    watches.set(rule, ofRule.set(area, watch))
    return watch
  }

  function takeRow(rule: CompiledRule, row: CoverageRow, at: number): void {
    const { condition } = rule.rule
    const { coverage } = rule
    const share = coverage?.shareOf(row)
    if (!coverage || condition.type !== 'coverage' || share === undefined) return
    const known = watches.get(rule)?.get(row.area)
    if (!known && coverage.limit !== undefined && share >= coverage.limit) return
    const watch = known ?? watchOf(rule, row.area)
    if (!watch) return
    watch.subject.newest = at
    const said = coverage.judge(watch, share, at)
    if (said === verdict.met && !watch.raised)
      see(watch, [{ observedAt: at, field: `${condition.share}Share`, value: Number(share.toFixed(4)) }])
    course.take(watch, said, at, at)
  }

  return {
    watchOf,
    all: function* (): Iterable<Watch> {
      for (const ofRule of watches.values()) yield* ofRule.values()
    },
    /** `rows`: of all areas; an area that is not among them is gone. `steady`: for how long Lantern has been up, ms. */
    take(
      rows: readonly CoverageRow[],
      { rules, at, steady }: { rules: readonly CompiledRule[]; at: number; steady: number },
    ): void {
      const present = new Set(rows.map(({ area }) => area))
      for (const rule of rules) {
        const { condition } = rule.rule
        if (condition.type !== 'coverage' || (condition.share === 'working' && steady < settling)) continue
        for (const row of rows) takeRow(rule, row, at)
        for (const [area, watch] of watches.get(rule) ?? [])
          if (!present.has(area)) course.end(watch, 'the area is gone')
      }
    },
    endRule(rule: CompiledRule, comment: string): void {
      for (const watch of watches.get(rule)?.values() ?? []) course.end(watch, comment)
      watches.delete(rule)
    },
    drop(watch: Watch): void {
      const ofRule = watches.get(watch.rule)
      if (isAtRest(watch) && ofRule?.get(watch.subject.facts.id) === watch)
        ofRule.delete(watch.subject.facts.id)
    },
  }
}
