/** The kinds of device, with the fields and units of their readings: what telemetry can be asked for. */
import { z } from 'zod'
import type { Kind } from '../../model/kind.ts'
import { kindNames, kindOf } from '../../model/kinds.ts'
import type { App } from '../dependencies.ts'
import { listOf } from '../lists/list.ts'
import { json } from '../plugins/answers.ts'

const kind = z
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

function shownKind(name: z.infer<typeof kind>['name'], of: Kind): z.infer<typeof kind> {
  return {
    name,
    title: of.title,
    description: of.description,
    reportingIntervalSeconds: of.defaultIntervalSeconds,
    fields: of.fields.map(({ name, type, unit, description }) => ({ name, type, unit, description })),
  }
}

export function kindRoutes(app: App): void {
  app.get(
    '/v1/kinds',
    {
      schema: {
        operationId: 'listKinds',
        summary: 'The kinds of device, and what their readings hold',
        tags: ['Telemetry'],
        response: { 200: json('All of them', listOf(kind, 'KindList')) },
      },
      config: { access: 'viewer' },
    },
    async () => ({ items: kindNames.map((name) => shownKind(name, kindOf(name))), next: null }),
  )
}
