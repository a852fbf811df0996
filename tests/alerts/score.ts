/** Holds the alerts of a played scenario against what was really wrong: precision, recall and delay. */
import type { Alert } from '../../model/alert.ts'
import { hour, minute, second } from '../../model/time.ts'
import type { Spell, Wrong } from '../../simulators/scenarios/truth.ts'
import type { Played } from './play.ts'

interface Expectation {
  /** Any of these rules finds it. */
  readonly rules: readonly string[]
  /** How long it may take, for a device with that reporting interval, ms; what lasts less may be missed. */
  readonly within: (interval: number) => number
}

/** The rule's own time, and the reports that it takes to see it. */
const expectations: Record<Wrong, Expectation> = {
  silent: {
    rules: ['camera-silent', 'counter-silent', 'sensor-silent'],
    within: (interval) => 3 * interval + minute,
  },
  'video-loss': { rules: ['camera-video-loss'], within: (interval) => 2 * interval },
  tampered: { rules: ['camera-tampered'], within: (interval) => 2 * interval },
  frozen: { rules: ['camera-frozen'], within: (interval) => 2 * minute + 2 * interval },
  'not-recording': { rules: ['camera-not-recording'], within: (interval) => 2 * minute + 2 * interval },
  'battery-low': { rules: ['sensor-battery-low'], within: (interval) => 4 * interval },
  congestion: { rules: ['traffic-congested'], within: (interval) => 5 * minute + 3 * interval },
  flood: { rules: ['street-flooded'], within: (interval) => 3 * interval },
  // The air does not jump every minute; a drift shows when it has gone far.
  noise: { rules: ['sensor-jumping', 'sensor-implausible'], within: () => 30 * minute },
  stuck: { rules: ['sensor-stuck'], within: (interval) => 2 * hour + 3 * interval },
  drift: { rules: ['sensor-implausible', 'sensor-implausibly-cold'], within: () => 13 * hour },
}

const ofInstrument: readonly Wrong[] = ['noise', 'stuck', 'drift']
/** What else a rule may rightly say something about. */
const alsoCausedBy: Readonly<Record<string, readonly Wrong[]>> = {
  'traffic-jam': ['congestion'],
  'water-rising': ['flood'],
  'noise-high': ofInstrument,
  'air-very-unhealthy': ofInstrument,
  'sensor-implausible': ofInstrument,
  'sensor-implausibly-cold': ofInstrument,
  'sensor-jumping': ofInstrument,
  'sensor-stuck': ofInstrument,
}

function causesOf(rule: string): Wrong[] {
  const direct = Object.entries(expectations).flatMap(([fault, { rules }]) =>
    rules.includes(rule) ? [fault as Wrong] : [],
  )
  return [...direct, ...(alsoCausedBy[rule] ?? [])]
}

export interface Score {
  /** Share of the alerts about devices for which there was a reason. */
  readonly precision: number
  /** Share of what lasted long enough that was alerted in time. */
  readonly recall: number
  /** s, over what was found. */
  readonly delay: { readonly median: number; readonly max: number }
  readonly invented: readonly string[]
  readonly missed: readonly string[]
  /** Open at the end, though it was over for long. */
  readonly stale: readonly string[]
  readonly expected: number
}

/** The truth is looked at by the minute, so its edges are that wide. */
const edge = minute
/** How long after its end an alert may stay open: a few reports, or held because it came and went. */
const patience = 15 * minute

export function score({ alerts, truth, devices, until }: Played, start: number): Score {
  const intervals = new Map(devices.map((one) => [one.id, one.reportingIntervalSeconds * second]))
  const spellsOf = Map.groupBy(truth, ({ device }) => device)
  const ofDevices = alerts.filter(({ subjectType }) => subjectType === 'device')
  const told = ({ rule, subject, since }: Alert) => `${rule} ${subject} at minute ${(since - start) / minute}`

  function reasons(alert: Alert, slack: number): Spell[] {
    const causes = causesOf(alert.rule)
    const end = alert.clearedAt ?? until
    return (spellsOf.get(alert.subject) ?? []).filter(
      (spell) =>
        causes.includes(spell.fault) && spell.from <= end + edge && spell.until >= alert.since - slack,
    )
  }
  const invented = ofDevices.filter((alert) => reasons(alert, edge).length === 0)
  const lasts = (spell: Spell) => spell.until >= until - patience
  // What a device said before it fell silent holds until it says otherwise.
  const isSilent = (device: string) =>
    spellsOf.get(device)?.some((spell) => spell.fault === 'silent' && lasts(spell)) ?? false
  const stale = ofDevices.filter(
    (alert) => alert.clearedAt === null && !isSilent(alert.subject) && !reasons(alert, edge).some(lasts),
  )

  const delays: number[] = []
  const missed: string[] = []
  for (const spell of truth) {
    const { rules, within } = expectations[spell.fault]
    const limit = within(intervals.get(spell.device) ?? minute)
    const from = Math.max(spell.from, start)
    if (Math.min(spell.until, until) - from < limit) continue
    const found = ofDevices.find(
      (alert) =>
        alert.subject === spell.device &&
        rules.includes(alert.rule) &&
        alert.openedAt <= from + limit &&
        (alert.clearedAt ?? until) >= from,
    )
    if (found) delays.push(Math.max(0, found.openedAt - from) / second)
    else missed.push(`${spell.fault} of ${spell.device} from minute ${(from - start) / minute}`)
  }
  delays.sort((a, b) => a - b)
  const expected = delays.length + missed.length
  return {
    precision: ofDevices.length === 0 ? 1 : 1 - invented.length / ofDevices.length,
    recall: expected === 0 ? 1 : delays.length / expected,
    delay: { median: delays[Math.floor(delays.length / 2)] ?? 0, max: delays.at(-1) ?? 0 },
    invented: invented.map(told),
    missed,
    stale: stale.map(told),
    expected,
  }
}
