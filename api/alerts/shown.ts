/** How an alert gets the names that the city has for its place and areas; what a path and a filter of alerts may say. */
import { z } from 'zod'
import type { Alert } from '../../model/alert.ts'
import type { NamedAlert } from '../../model/answers/alerts.ts'
import { identifier, slug } from '../../model/identifier.ts'
import { kindNames } from '../../model/kinds.ts'
import { showAlert } from '../../model/shown-alert.ts'
import type { ApiDependencies } from '../dependencies.ts'
import { queryMoment } from '../telemetry/moment.ts'

export const alertPath = z.object({
  id: z
    .string()
    .regex(/^\d{1,15}$/, 'the number of an alert')
    .transform(Number),
})

export function showNamed({ view }: Pick<ApiDependencies, 'view'>, alert: Alert): NamedAlert {
  return {
    ...showAlert(alert),
    placeName: alert.place === null ? null : (view.place(alert.place)?.place.name ?? null),
    areaNames: alert.areas.map((code) => view.area(code)?.name ?? code),
  }
}

/** One or several, with commas. */
function listed<const Values extends readonly [string, ...string[]]>(values: Values) {
  return z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(values)).min(1))
}

export const alertFilters = {
  state: listed(['open', 'acknowledged', 'cleared'])
    .optional()
    .meta({ description: 'One or several with commas; unset: open,acknowledged' }),
  severity: listed(['info', 'warning', 'major', 'critical']).optional(),
  rule: identifier.optional(),
  area: identifier.optional().meta({ description: 'In this area, at any depth, by code' }),
  kind: z.enum(kindNames).optional(),
  placeType: slug.optional(),
  subject: identifier.optional().meta({ description: 'A device by id, or an area by code' }),
  assignedTo: z.string().max(200).optional(),
  all: z
    .enum(['true', 'false'])
    .default('false')
    .meta({ description: 'Also those that another stands for, and those that are shelved' }),
  from: queryMoment.optional().meta({ description: 'Opened at or after' }),
  to: queryMoment.optional().meta({ description: 'Opened before' }),
}
