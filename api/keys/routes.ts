/**
 * API keys: who may ask what. An administrator makes and revokes them; a key is shown once, when it is made.
 */
import { z } from 'zod'
import { hashSecret, newApiKey } from '../../model/access.ts'
import { listOf } from '../../model/answers/lists.ts'
import { LanternError } from '../../model/errors.ts'
import { displayName } from '../../model/identifier.ts'
import { role } from '../../model/role.ts'
import { formatTime, timestamp } from '../../model/time.ts'
import type { ApiKey } from '../../stores/registry/port.ts'
import type { ApiDependencies, App } from '../dependencies.ts'
import { cursorsOf } from '../lists/cursor.ts'
import { listQuery, pageOf } from '../lists/list.ts'
import { json } from '../plugins/answers.ts'
import type { Keyring } from '../plugins/keyring.ts'

const apiKey = z
  .object({
    id: z.string(),
    name: z.string().meta({ description: 'What it is for', examples: ['Grafana'] }),
    role,
    createdAt: timestamp,
    revokedAt: timestamp.nullable().meta({ description: 'null: it is good' }),
  })
  .meta({ id: 'ApiKey' })

const newKey = apiKey
  .extend({ key: z.string().meta({ description: 'Send it as "Authorization: Bearer …". Shown only now.' }) })
  .meta({ id: 'NewApiKey' })

const keyInput = z
  .strictObject({
    name: displayName.meta({ description: 'What it is for', examples: ['Grafana'] }),
    role,
  })
  .meta({ id: 'ApiKeyInput' })

const keyPath = z.object({ id: z.string().regex(/^[0-9a-f]{12}$/, 'the 12 hexadecimal digits of a key id') })

function shownKey({ id, name, role, createdAt, revokedAt }: ApiKey): z.infer<typeof apiKey> {
  return {
    id,
    name,
    role,
    createdAt: formatTime(createdAt),
    revokedAt: revokedAt === null ? null : formatTime(revokedAt),
  }
}

export function keyRoutes(app: App, api: ApiDependencies, keyring: Keyring): void {
  const cursors = cursorsOf('keys', z.string())
  // One revocation after the other, so that two of them never revoke the last two administrators.
  let revoking: Promise<unknown> = Promise.resolve()

  app.get(
    '/v1/keys',
    {
      schema: {
        operationId: 'listKeys',
        summary: 'The API keys, also those revoked',
        tags: ['Keys'],
        querystring: listQuery({}),
        response: { 200: json('Keys by id, without their secrets', listOf(apiKey, 'ApiKeyList')) },
      },
      config: { access: 'admin', errors: ['invalid-cursor', 'store-unavailable'] },
    },
    async ({ query: { limit, cursor } }) => {
      const keys = (await api.registry.apiKeys()).sort((a, b) => (a.id < b.id ? -1 : 1))
      const page = pageOf({ items: keys, keyOf: ({ id }) => id, cursors, cursor, limit })
      return { items: page.items.map(shownKey), next: page.next }
    },
  )

  app.post(
    '/v1/keys',
    {
      schema: {
        operationId: 'createKey',
        summary: 'Make an API key',
        tags: ['Keys'],
        body: keyInput,
        response: { 201: json('The key, shown only now', newKey) },
      },
      config: { access: 'admin', errors: ['store-unavailable'] },
    },
    async (request, reply) => {
      const { name, role } = request.body
      const { id, secret, key } = newApiKey()
      const now = api.clock()
      await api.registry.addApiKey({ id, name, role, hash: hashSecret(secret), now })
      request.log.info({ key: id, role, by: request.caller?.key }, 'API key made')
      const made = shownKey({ id, name, role, createdAt: now, revokedAt: null })
      return reply.code(201).send({ ...made, key })
    },
  )

  app.delete(
    '/v1/keys/:id',
    {
      schema: {
        operationId: 'revokeKey',
        summary: 'Revoke an API key',
        description: 'It stops working within 5 s. The last key of an administrator cannot be revoked.',
        tags: ['Keys'],
        params: keyPath,
        response: { 200: json('The key as it is now', apiKey) },
      },
      config: { access: 'admin', errors: ['not-found', 'conflict', 'store-unavailable'] },
    },
    async (request) => {
      const { id } = request.params
      const revoked = revoking.then(() => revoke(id))
      revoking = revoked.catch(() => undefined)
      const key = await revoked
      request.log.info({ key: id, by: request.caller?.key }, 'API key revoked')
      return shownKey(key)
    },
  )

  async function revoke(id: string): Promise<ApiKey> {
    const good = (await api.registry.apiKeys()).filter(({ revokedAt }) => revokedAt === null)
    const admins = good.filter(({ role }) => role === 'admin')
    if (admins.length === 1 && admins[0]?.id === id)
      throw new LanternError('conflict', `${id} is the last key of an administrator.`, {
        remedy: 'Make another key with the role admin first.',
      })
    await api.registry.revokeApiKey(id, api.clock())
    keyring.forget(id)
    const key = await api.registry.apiKey(id)
    if (!key) throw new LanternError('not-found', `There is no API key ${id}.`)
    return key
  }
}
