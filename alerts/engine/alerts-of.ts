/** The alert that a watch, or a storm, is told as: words, place and evidence. */
import type { Evidence, EvidenceValue } from '../../model/alert.ts'
import type { Rule } from '../../model/rule.ts'
import { second } from '../../model/time.ts'
import type { NewAlert } from '../../stores/registry/alerts-port.ts'
import type { SubjectFacts } from './city.ts'
import type { CompiledRule } from './compile.ts'
import { codesOf, type Watch } from './watch.ts'
import { stormTitleOf, titleOf } from './words.ts'

/** How many devices a storm names; all are counted. */
const maxNamed = 1000
/** How many readings an alert shows: the first, and the newest. */
const maxSeen = 10

/** Adds what counts towards a watch, keeping the first and the newest. */
export function see(watch: Watch, values: readonly EvidenceValue[]): void {
  for (const value of values) {
    if (watch.seen.length >= maxSeen) watch.seen.splice(1, 1)
    watch.seen.push(value)
  }
  watch.changed = true
}

/** `openedAt`: by Lantern's clock, epoch ms. */
export function alertOfWatch(watch: Watch, openedAt: number): NewAlert {
  const { rule, subject, seen } = watch
  const { facts } = subject
  const newest = seen.at(-1)
  const expected = newest && rule.unusual?.explain(watch, newest.observedAt, Number(newest.value))
  return {
    ...commonOf(rule.rule, facts, openedAt),
    title: titleOf({ rule: rule.rule, subject: facts, newest, limit: rule.coverage?.limit }),
    since: watch.since,
    evidence: { values: [...seen], ...(expected && { expected }) },
  }
}

/** `members`: the concerned devices' ids; `of`: how many there are; `since`: when the first was concerned. */
export function alertOfStorm(options: {
  rule: CompiledRule
  area: SubjectFacts
  members: readonly string[]
  of: number
  since: number
  openedAt: number
}): NewAlert {
  const { rule, area, members, of, since, openedAt } = options
  return {
    ...commonOf(rule.rule, { ...area, kind: rule.rule.scope.kind ?? null }, openedAt),
    title: stormTitleOf(rule.rule, area, members.length, of),
    since,
    evidence: stormEvidence(members, of),
  }
}

export const stormEvidence = (members: readonly string[], of: number): Evidence => ({
  values: [],
  members: { count: members.length, of, devices: members.slice(0, maxNamed) },
})

function commonOf(rule: Rule, facts: SubjectFacts, openedAt: number) {
  return {
    rule: rule.id,
    action: rule.action,
    severity: rule.severity,
    subjectType: facts.type,
    subject: facts.id,
    kind: facts.kind,
    place: facts.place,
    placeType: facts.placeType,
    areas: codesOf(facts.areas),
    longitude: facts.longitude,
    latitude: facts.latitude,
    openedAt,
    escalateAt: rule.escalation ? openedAt + rule.escalation.afterSeconds * second : null,
    public: rule.public,
  }
}
