/**
 * A step of an alert as a CAP 1.2 message (OASIS Standard, 1 July 2010,
 * https://docs.oasis-open.org/emergency/cap/v1.2/CAP-v1.2-os.html): Alert when it opens, Update when it becomes graver or
 * less so, Cancel when it is over. A message never changes once it is out: everything in it is as of its step.
 */
import type { Alert, AlertStep, Severity, StepName } from '../../model/alert.ts'
import type { Boundary } from '../../model/area.ts'
import type { KindName } from '../../model/kinds.ts'
import { pages } from '../../model/pages.ts'
import { day, hour } from '../../model/time.ts'
import { element, type Xml, xmlDocument } from './xml.ts'

/** Steps that the public is told of. */
export const publicSteps: ReadonlySet<StepName> = new Set(['opened', 'escalated', 'deescalated', 'cleared'])

/** How long a message holds unless another follows. */
const validFor = day
/** Around a device, km. */
const radius = 0.3

export interface CapContext {
  /** Identifies who says so: no spaces, commas or < & (3.2.1). */
  readonly sender: string
  readonly senderName: string
  /** The address of Lantern; empty: unknown. */
  readonly publicUrl: string
  /** The offset of the city's clocks at a moment, ms east of UTC. */
  offsetAt(epochMs: number): number
  /** The name and boundary of an area by its code. */
  area(code: string): { readonly name: string; readonly boundary: Boundary | null } | undefined
  placeName(id: string): string | undefined
  /** Whether it comes from simulated devices, and is therefore an exercise. */
  readonly exercise: boolean
}

const severityWords: Readonly<Record<Severity, { severity: string; urgency: string }>> = {
  info: { severity: 'Minor', urgency: 'Future' },
  warning: { severity: 'Moderate', urgency: 'Expected' },
  major: { severity: 'Severe', urgency: 'Immediate' },
  critical: { severity: 'Extreme', urgency: 'Immediate' },
}
const categories: Readonly<Record<KindName, string>> = {
  camera: 'Security',
  traffic_counter: 'Transport',
  street_sensor: 'Env',
}

export const capIdentifier = (alert: number, step: number) => `lantern-${alert}-${step}`

/** `earlier`: the steps of the same alert that the public was told of before this one. */
export function capDocument(
  alert: Alert,
  step: AlertStep,
  earlier: readonly AlertStep[],
  context: CapContext,
): string {
  const time = (epochMs: number) => capTime(epochMs, context.offsetAt(epochMs))
  const isOver = step.step === 'cleared'
  const references = earlier.map(
    (before) => `${context.sender},${capIdentifier(alert.id, before.id)},${time(before.at)}`,
  )
  return xmlDocument(
    element(
      'alert',
      [
        element('identifier', capIdentifier(alert.id, step.id)),
        element('sender', context.sender),
        element('sent', time(step.at)),
        element('status', context.exercise ? 'Exercise' : 'Actual'),
        element('msgType', isOver ? 'Cancel' : earlier.length > 0 ? 'Update' : 'Alert'),
        element('scope', 'Public'),
        element('note', context.exercise ? 'From simulated devices: nothing has happened.' : undefined),
        element('references', references.length > 0 ? references.join(' ') : undefined),
        element('info', infoOf(alert, step, context, time)),
      ],
      { xmlns: 'urn:oasis:names:tc:emergency:cap:1.2' },
    ),
  )
}

function infoOf(alert: Alert, step: AlertStep, context: CapContext, time: (at: number) => string): Xml[] {
  const isOver = step.step === 'cleared'
  const { severity, urgency } = severityWords[step.severity]
  return [
    element('language', 'en'),
    element('category', alert.kind ? categories[alert.kind] : 'Infra'),
    element('event', alert.rule),
    element('responseType', isOver ? 'AllClear' : 'Monitor'),
    element('urgency', isOver ? 'Past' : urgency),
    element('severity', severity),
    element('certainty', 'Observed'),
    element('onset', time(alert.since)),
    element('expires', time(step.at + (isOver ? hour : validFor))),
    element('senderName', context.senderName),
    element('headline', (isOver ? `Over: ${alert.title}` : alert.title).slice(0, 160)),
    element('description', alert.title),
    element('instruction', isOver ? undefined : alert.action),
    element('web', context.publicUrl ? context.publicUrl + pageOf(alert) : undefined),
    element('area', areaOf(alert, context)),
  ]
}

/** Where anyone may read more, without a key: the page of the place, or of the area. */
function pageOf({ place, areas: [area] }: Alert): string {
  if (place !== null) return pages.place.replace(':id', place)
  return area === undefined ? pages.overview : pages.area.replace(':code', area)
}

function areaOf(alert: Alert, context: CapContext): Xml[] {
  const [code = ''] = alert.areas
  const area = context.area(code)
  const place = alert.place === null ? undefined : context.placeName(alert.place)
  const { longitude, latitude } = alert
  const polygons = alert.subjectType === 'area' && area?.boundary ? polygonsOf(area.boundary) : []
  const hasPoint = alert.subjectType === 'device' && longitude !== null && latitude !== null
  return [
    element('areaDesc', [place, area?.name ?? code].filter(Boolean).join(', ') || 'the city'),
    ...polygons.map((polygon) => element('polygon', polygon)),
    element('circle', hasPoint ? `${latitude},${longitude} ${radius}` : undefined),
    ...(code ? [element('geocode', [element('valueName', 'area code'), element('value', code)])] : []),
  ]
}

/** The outer rings, as "latitude,longitude" pairs; the last is the first (3.2.4). */
function polygonsOf(boundary: Boundary): string[] {
  const polygons = boundary.type === 'Polygon' ? [boundary.coordinates] : boundary.coordinates
  return polygons.flatMap(([outer]) =>
    outer ? [outer.map(([longitude, latitude]) => `${latitude},${longitude}`).join(' ')] : [],
  )
}

/** Such as 2026-01-31T17:00:00+07:00: a numeric offset, no Z and no fractions; UTC is -00:00 (3.3.2). */
export function capTime(epochMs: number, offsetMs: number): string {
  const local = new Date(epochMs + offsetMs).toISOString().slice(0, 19)
  const minutes = Math.round(Math.abs(offsetMs) / 60_000)
  const two = (value: number) => String(value).padStart(2, '0')
  const sign = offsetMs > 0 ? '+' : '-'
  return `${local}${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}
