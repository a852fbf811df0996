/**
 * An alert: something that needs a person, from the moment its rule's condition is met until it is over. What may happen
 * to it is a list of steps (ISA-18.2 / IEC 62682 in spirit: raise, acknowledge, shelve, suppress, return to normal), and
 * `takeStep` is the only way from one state to the next, for the engine, for people and for timers alike.
 */
import { z } from 'zod'
import { identifier } from './identifier.ts'
import { kindNames } from './kinds.ts'
import { timestamp } from './time.ts'

/** From the least to the gravest. */
export const severities = ['info', 'warning', 'major', 'critical'] as const
export const severity = z.enum(severities).meta({ id: 'Severity' })
export type Severity = z.infer<typeof severity>

export const alertStates = ['open', 'acknowledged', 'cleared'] as const
export const alertState = z.enum(alertStates)
export type AlertState = z.infer<typeof alertState>

/** Every step that an alert's history may show. */
export const stepNames = [
  'opened',
  'acknowledged',
  'assigned',
  'commented',
  'shelved',
  'unshelved',
  'escalated',
  'deescalated',
  'inhibited',
  'released',
  'chattering',
  'settled',
  'cleared',
] as const
export const stepName = z.enum(stepNames)
export type StepName = z.infer<typeof stepName>

/** What a rule watches: a device, or an area as a whole. */
export const subjectTypes = ['device', 'area'] as const
export type SubjectType = (typeof subjectTypes)[number]

/** A value that an alert's evidence shows, and when it was observed (epoch ms). */
export interface EvidenceValue {
  readonly observedAt: number
  readonly field: string
  readonly value: number | boolean
}

/** Why an alert was raised, so that a person can check it. */
export interface Evidence {
  /** What was seen, newest last; at most 20. */
  readonly values: readonly EvidenceValue[]
  /** For "unusual": what was expected here at this hour, and how far away it was (robust z-score). */
  readonly expected?: {
    readonly value: number
    readonly low: number
    readonly high: number
    readonly score: number
  }
  /** For an area: its devices that are concerned, by id; at most 1,000 are named, all are counted. */
  readonly members?: { readonly count: number; readonly of: number; readonly devices: readonly string[] }
}

/** An alert as it is stored. Times in epoch ms. */
export interface Alert {
  readonly id: number
  readonly rule: string
  /** The rule's words at the time it opened: what is wrong, and what to do about it. */
  readonly title: string
  readonly action: string
  readonly severity: Severity
  /** What the rule says, where `severity` was raised because nobody acknowledged. */
  readonly ruleSeverity: Severity
  readonly state: AlertState
  readonly subjectType: SubjectType
  /** The id of the device, or the code of the area. */
  readonly subject: string
  readonly kind: (typeof kindNames)[number] | null
  readonly place: string | null
  readonly placeType: string | null
  /** The codes of the areas it lies in, the smallest first (of an area: itself first). */
  readonly areas: readonly string[]
  readonly longitude: number | null
  readonly latitude: number | null
  /** When the condition was met (event time). */
  readonly since: number
  /** When it was opened (Lantern's clock). */
  readonly openedAt: number
  readonly acknowledgedAt: number | null
  readonly acknowledgedBy: string | null
  readonly clearedAt: number | null
  /** `condition`, or the id of the key that cleared it. */
  readonly clearedBy: string | null
  readonly assignedTo: string | null
  readonly shelvedUntil: number | null
  /** The id of the alert that stands for it (a storm); null: it stands for itself. */
  readonly inhibitedBy: number | null
  /** It comes and goes so often that it is held open. */
  readonly chattering: boolean
  readonly escalateAt: number | null
  /** Whether the public may see it (CAP). */
  readonly public: boolean
  readonly evidence: Evidence
  /** Grows with each step; so does the number of the newest step. */
  readonly steps: number
  readonly changedAt: number
}

/** A step on its way in. `at`: epoch ms. `by`: the id of a key, or `lantern`. */
export interface StepInput {
  readonly step: StepName
  readonly at: number
  readonly by: string
  readonly comment?: string
  /** assigned: to whom (a name or a key's id; null: nobody). */
  readonly assignee?: string | null
  /** shelved: until when. */
  readonly until?: number
  /** inhibited: by which alert. */
  readonly inhibitedBy?: number
  /** escalated: to what. */
  readonly severity?: Severity
  /** Newer evidence (the members of a storm). */
  readonly evidence?: Evidence
}

/** A step as the history keeps it. `id` grows over all alerts: streams go on after it. */
export interface AlertStep {
  readonly id: number
  readonly alert: number
  readonly step: StepName
  readonly at: number
  readonly by: string
  readonly comment: string | null
  /** The alert's severity and state after it. */
  readonly severity: Severity
  readonly state: AlertState
}

/**
 * The alert after a step; undefined where the step does not apply (any more): it is over, acknowledged already, and so on.
 * Whoever races, the second finds nothing to do.
 */
export function takeStep(alert: Alert, input: StepInput): Alert | undefined {
  const { step, at, by } = input
  if (alert.state === 'cleared' && step !== 'commented') return undefined
  const next = { ...alert, steps: alert.steps + 1, changedAt: at, evidence: input.evidence ?? alert.evidence }
  switch (step) {
    case 'opened':
      return undefined
    case 'acknowledged':
      if (alert.state === 'acknowledged') return undefined
      return { ...next, state: 'acknowledged', acknowledgedAt: at, acknowledgedBy: by, escalateAt: null }
    case 'assigned':
      if ((input.assignee ?? null) === alert.assignedTo) return undefined
      return { ...next, assignedTo: input.assignee ?? null }
    case 'commented':
      return next
    case 'shelved':
      return { ...next, shelvedUntil: input.until ?? at }
    case 'unshelved':
      return alert.shelvedUntil === null ? undefined : { ...next, shelvedUntil: null }
    case 'escalated': {
      if (alert.state !== 'open' || !input.severity || !isGraver(input.severity, alert.severity))
        return undefined
      return { ...next, severity: input.severity, escalateAt: null }
    }
    case 'deescalated':
      return alert.severity === alert.ruleSeverity ? undefined : { ...next, severity: alert.ruleSeverity }
    case 'inhibited':
      if (alert.inhibitedBy !== null || input.inhibitedBy === undefined) return undefined
      return { ...next, inhibitedBy: input.inhibitedBy }
    case 'released':
      return alert.inhibitedBy === null ? undefined : { ...next, inhibitedBy: null }
    case 'chattering':
      return alert.chattering ? undefined : { ...next, chattering: true }
    case 'settled':
      return alert.chattering ? { ...next, chattering: false } : undefined
    case 'cleared':
      return { ...next, state: 'cleared', clearedAt: at, clearedBy: by, shelvedUntil: null, escalateAt: null }
  }
}

export function isGraver(a: Severity, b: Severity): boolean {
  return severities.indexOf(a) > severities.indexOf(b)
}

const nullableTime = timestamp.nullable()

/** An alert as the API, the webhooks and the streams show it. */
export const shownAlert = z
  .object({
    id: z.number().int(),
    rule: identifier,
    title: z.string().meta({ description: 'What is wrong, in words' }),
    action: z.string().meta({ description: 'What to do about it' }),
    severity,
    state: alertState,
    subject: z.object({ type: z.enum(subjectTypes), id: z.string() }),
    kind: z.enum(kindNames).nullable(),
    place: z.string().nullable(),
    placeType: z.string().nullable(),
    areas: z.array(z.string()).meta({ description: 'The codes of the areas it lies in, the smallest first' }),
    position: z.tuple([z.number(), z.number()]).nullable().meta({ description: '[longitude, latitude]' }),
    since: timestamp.meta({ description: 'When the condition was met' }),
    openedAt: timestamp,
    acknowledgedAt: nullableTime,
    acknowledgedBy: z.string().nullable(),
    clearedAt: nullableTime,
    clearedBy: z.string().nullable(),
    assignedTo: z.string().nullable(),
    shelvedUntil: nullableTime,
    inhibitedBy: z
      .number()
      .int()
      .nullable()
      .meta({ description: 'The alert that stands for it, where many became one' }),
    chattering: z.boolean(),
    escalated: z.boolean(),
    evidence: z.object({
      values: z.array(
        z.object({ observedAt: timestamp, field: z.string(), value: z.union([z.number(), z.boolean()]) }),
      ),
      expected: z
        .object({ value: z.number(), low: z.number(), high: z.number(), score: z.number() })
        .nullable(),
      members: z
        .object({ count: z.number().int(), of: z.number().int(), devices: z.array(z.string()) })
        .nullable(),
    }),
    changedAt: timestamp,
  })
  .meta({ id: 'Alert' })
export type ShownAlert = z.infer<typeof shownAlert>
