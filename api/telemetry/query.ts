/**
 * The question that GET /v1/telemetry/{kind} takes: its schema, and how it becomes the store's query, with
 * every default filled in and every name checked against the kind and the city.
 */
import { z } from 'zod'
import { type FieldFault, LanternError } from '../../model/errors.ts'
import { identifier, slug } from '../../model/identifier.ts'
import { kindNames, kindOf } from '../../model/kinds.ts'
import { day, duration, formatTime } from '../../model/time.ts'
import type { CityView } from '../../stores/registry/city-view.ts'
import { aggregates, type SeriesQuery } from '../../stores/telemetry/port.ts'
import { invalidRequest } from '../plugins/validation.ts'
import { queryMoment } from './moment.ts'
import { offsetOf } from './time-zone.ts'

export const telemetryPath = z.object({ kind: z.enum(kindNames) })

export const telemetryQuery = z.strictObject({
  field: z
    .string()
    .meta({ description: 'A field of the kind; /v1/kinds lists them', examples: ['intensity'] }),
  aggregate: z.enum(aggregates).default('mean'),
  window: duration.prefault('5m').meta({
    description:
      'The length of one window: a number and one of s, m, h, d. Days begin at the local midnight.',
    examples: ['5m', '1h', '1d'],
  }),
  from: queryMoment.optional().meta({
    description: 'The beginning, inclusive; unset: 24 hours before `to`',
    examples: ['2026-01-31T00:00:00+07:00'],
  }),
  to: queryMoment.optional().meta({ description: 'The end, exclusive; unset: now' }),
  area: identifier.optional().meta({ description: 'Only devices in this area, at any depth' }),
  place: identifier.optional().meta({ description: 'Only devices at this place' }),
  device: identifier.optional().meta({ description: 'Only this device' }),
  groupBy: z
    .enum(['area', 'place', 'device'])
    .optional()
    .meta({ description: 'One series for each of these; unset: one series of all' }),
  level: slug.optional().meta({
    description:
      'With groupBy=area, the rung to group by; unset: the one below `area`, or the second of the city',
    examples: ['district'],
  }),
})

const defaultRange = day

/** Raises `invalid-request` with every fault that the schema alone cannot see. */
export function seriesQueryOf(
  kind: z.output<typeof telemetryPath>['kind'],
  asked: z.output<typeof telemetryQuery>,
  city: { view: CityView; now: number; timeZone: string; maxPoints: number },
): SeriesQuery {
  const { view, now, timeZone, maxPoints } = city
  const to = asked.to ?? now
  const from = asked.from ?? Math.max(0, to - defaultRange)
  const faults: FieldFault[] = []
  const fields = kindOf(kind).fields.map(({ name }) => name)
  if (!fields.includes(asked.field))
    faults.push({ field: 'field', message: `expected one of ${fields.join(', ')}` })
  if (from >= to)
    faults.push({ field: 'from', message: `expected a time before ${formatTime(to)}, where it ends` })
  if (asked.area !== undefined && !view.area(asked.area))
    faults.push({ field: 'area', message: `there is no area ${asked.area}` })
  if (asked.place !== undefined && !view.place(asked.place))
    faults.push({ field: 'place', message: `there is no place ${asked.place}` })
  const device = asked.device === undefined ? undefined : view.device(asked.device)
  if (asked.device !== undefined && device?.kind !== kind)
    faults.push({
      field: 'device',
      message: device
        ? `${device.id} is a ${device.kind}, not a ${kind}`
        : `there is no device ${asked.device}`,
    })
  if (asked.level !== undefined && asked.groupBy !== 'area')
    faults.push({ field: 'level', message: 'expected only with groupBy=area' })
  else if (asked.level !== undefined && !view.levels().includes(asked.level))
    faults.push({ field: 'level', message: `expected one of ${view.levels().join(', ')}` })
  if (faults.length > 0) throw invalidRequest(faults)
  return {
    kind,
    field: asked.field,
    aggregate: asked.aggregate,
    window: asked.window,
    offset: asked.window >= day ? offsetOf(timeZone, from) : 0,
    from,
    to,
    area: asked.area,
    place: asked.place,
    device: asked.device,
    groupBy:
      asked.groupBy === 'area' ? { level: asked.level ?? levelBelow(view, asked.area) } : asked.groupBy,
    maxPoints,
  }
}

/** The rung below an area (its own where it is the lowest); without one the second of the city. */
function levelBelow(view: CityView, code: string | undefined): string {
  const levels = view.levels()
  const of = code === undefined ? levels[0] : view.area(code)?.level
  const below = levels[levels.indexOf(of ?? '') + 1] ?? levels.at(-1)
  if (below === undefined)
    throw new LanternError('invalid-request', 'There are no areas to group by.', {
      faults: [{ field: 'groupBy', message: 'the city has no areas yet' }],
    })
  return below
}
