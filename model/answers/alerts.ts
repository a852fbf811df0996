/**
 * Alerts as the API answers them: with the names of their place and areas, one with its history, and as each
 * step comes in over the stream. Webhooks and MQTT carry `shownAlert` of model/alert.ts, without the names.
 */
import { z } from 'zod'
import { alertState, severity, shownAlert, stepName } from '../alert.ts'
import { timestamp } from '../time.ts'
import { collectionOf, featureOf, point } from './geojson.ts'
import { listOf } from './lists.ts'

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
export type ShownStep = z.infer<typeof shownStep>

export const namedAlert = shownAlert
  .extend({
    placeName: z.string().nullable(),
    areaNames: z.array(z.string()).meta({
      description: 'As the areas are called now, in the order of "areas"; the code of one that is gone',
    }),
  })
  .meta({ id: 'NamedAlert' })
export type NamedAlert = z.infer<typeof namedAlert>

export const alertWithHistory = namedAlert
  .extend({ history: z.array(shownStep).meta({ description: 'Every step, the first first' }) })
  .meta({ id: 'AlertWithHistory' })
export type AlertWithHistory = z.infer<typeof alertWithHistory>

export const alertList = listOf(namedAlert, 'AlertList')
export type AlertList = z.infer<typeof alertList>

export const alertFeature = featureOf('AlertFeature', point.nullable(), namedAlert.omit({ position: true }))
export type AlertFeature = z.infer<typeof alertFeature>

export const alertFeatures = collectionOf('AlertFeatures', alertFeature)
export type AlertFeatures = z.infer<typeof alertFeatures>

/** The data of an event of the stream: a step, and its alert as it is after it. */
export const alertEvent = z.object({ step: shownStep, alert: namedAlert }).meta({ id: 'AlertEvent' })
export type AlertEvent = z.infer<typeof alertEvent>
