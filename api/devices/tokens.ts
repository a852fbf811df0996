/**
 * New tokens for devices, one or many: for a token that leaked or was lost, and for a simulator that takes
 * over devices. The old token stops working at the next sign-in.
 */
import { z } from 'zod'
import { hashSecret, newSecret } from '../../model/access.ts'
import { identifier } from '../../model/identifier.ts'
import type { ApiDependencies, App } from '../dependencies.ts'
import { json } from '../plugins/answers.ts'
import { maxDevices } from './register.ts'

const token = z
  .object({ id: z.string(), token: z.string().meta({ description: 'Its MQTT password. Shown only now.' }) })
  .meta({ id: 'DeviceToken' })

export function tokenRoutes(app: App, api: ApiDependencies): void {
  const newToken = (id: string) => ({ id, token: newSecret() })
  const keep = (tokens: readonly z.infer<typeof token>[]) =>
    api.registry.setTokens(tokens.map(({ id, token }) => ({ id, tokenHash: hashSecret(token) })))

  app.post(
    '/v1/devices/:id/token',
    {
      schema: {
        operationId: 'rotateToken',
        summary: 'Give a device a new token',
        tags: ['Devices'],
        params: z.object({ id: identifier }),
        response: { 200: json('The new token', token) },
      },
      config: { access: 'operator', errors: ['not-found', 'conflict', 'store-unavailable'] },
    },
    async (request) => {
      const made = newToken(request.params.id)
      await keep([made])
      request.log.info({ device: made.id, by: request.caller?.key }, 'token rotated')
      return made
    },
  )

  app.post(
    '/v1/devices/tokens',
    {
      schema: {
        operationId: 'rotateTokens',
        summary: 'Give many devices new tokens',
        description: 'All or none: every fault is named.',
        tags: ['Devices'],
        body: z.strictObject({ ids: z.array(identifier).min(1).max(maxDevices) }).meta({ id: 'DeviceIds' }),
        response: {
          200: json('The new tokens', z.object({ tokens: z.array(token) }).meta({ id: 'DeviceTokens' })),
        },
      },
      config: { access: 'operator', errors: ['not-found', 'conflict', 'store-unavailable'] },
    },
    async (request) => {
      const tokens = request.body.ids.map(newToken)
      await keep(tokens)
      request.log.info({ devices: tokens.length, by: request.caller?.key }, 'tokens rotated')
      return { tokens }
    },
  )
}
