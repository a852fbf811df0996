/** The schemas of alerts and their history as the routes answer them, and what a path and a filter may say. */
import { z } from 'zod'
import { type Alert, alertState, severity, shownAlert, stepName } from '../../model/alert.ts'
import { identifier, slug } from '../../model/identifier.ts'
import { kindNames } from '../../model/kinds.ts'
import { showAlert } from '../../model/shown-alert.ts'
import { timestamp } from '../../model/time.ts'
import type { ApiDependencies } from '../dependencies.ts'
import { queryMoment } from '../telemetry/moment.ts'

export const alertPath = z.object({
  id: z
    .string()
    .regex(/^\d{1,15}$/, 'the number of an alert')
    .transform(Number),
})

export const shownStep = z
  .object({
    id: z.number().int().meta({ description: 'Grows over all alerts: streams go on after it' }),
    step: stepName,
    at: timestamp,
    by: z.string().meta({ description: 'The id of an API key, or "lantern"' }),
    comment: z.string().nullable(),
    severity,
    state: alertState,
  })
  .meta({ id: 'AlertStep' })

export const namedAlert = shownAlert
  .extend({
    placeName: z.string().nullable(),
    areaNames: z.array(z.string()).meta({
      description: 'As the areas are called now, in the order of "areas"; the code of one that is gone',
    }),
  })
  .meta({ id: 'NamedAlert' })

/** With the names that the city has for its place and areas. */
export function showNamed({ view }: Pick<ApiDependencies, 'view'>, alert: Alert): z.infer<typeof namedAlert> {
  return {
    ...showAlert(alert),
    placeName: alert.place === null ? null : (view.place(alert.place)?.place.name ?? null),
    areaNames: alert.areas.map((code) => view.area(code)?.name ?? code),
  }
}

export const alertWithHistory = namedAlert
  .extend({ history: z.array(shownStep).meta({ description: 'Every step, the first first' }) })
  .meta({ id: 'AlertWithHistory' })

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
