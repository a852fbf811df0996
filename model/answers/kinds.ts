/** A kind of device as the API answers it: what its readings hold, with the unit and the meaning of each field. */
import { z } from 'zod'
import { kindNames } from '../kinds.ts'
import { listOf } from './lists.ts'

export const shownKind = z
  .object({
    name: z.enum(kindNames),
    title: z.string(),
    description: z.string(),
    reportingIntervalSeconds: z.number().int().meta({ description: 'Its default, in s' }),
    fields: z.array(
      z.object({
        name: z.string(),
        type: z.enum(['number', 'boolean']),
        unit: z.string().meta({ description: 'Empty for booleans and for shares of 0–1' }),
        description: z.string(),
      }),
    ),
  })
  .meta({ id: 'Kind' })
export type ShownKind = z.infer<typeof shownKind>

export const kindList = listOf(shownKind, 'KindList')
export type KindList = z.infer<typeof kindList>
