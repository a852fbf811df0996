/** The kinds of device, with the fields and units of their readings: what telemetry can be asked for. */
import { kindList, type ShownKind } from '../../model/answers/kinds.ts'
import type { Kind } from '../../model/kind.ts'
import { type KindName, kindNames, kindOf } from '../../model/kinds.ts'
import type { App } from '../dependencies.ts'
import { json } from '../plugins/answers.ts'

function showKind(name: KindName, of: Kind): ShownKind {
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
        response: { 200: json('All of them', kindList) },
      },
      config: { access: 'viewer' },
    },
    async () => ({ items: kindNames.map((name) => showKind(name, kindOf(name))), next: null }),
  )
}
