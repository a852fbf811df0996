/**
 * Subscriptions: who is told of which alerts, and what became of each delivery. An operator sees and changes all of them:
 * what one has set up, another must be able to mend at night.
 */
import { z } from 'zod'
import { listOf } from '../../model/answers/lists.ts'
import { LanternError, messageOf } from '../../model/errors.ts'
import { newSigningSecret } from '../../model/signing.ts'
import { type Subscription, type SubscriptionInput, subscriptionInput } from '../../model/subscription.ts'
import { formatTime, timestamp } from '../../model/time.ts'
import { type Delivery, deliveryStates } from '../../stores/registry/alerts-port.ts'
import type { ApiDependencies, App } from '../dependencies.ts'
import { cursorsOf } from '../lists/cursor.ts'
import { listQuery, pageOf } from '../lists/list.ts'
import { json } from '../plugins/answers.ts'
import { newSubscriptionId, subscriptionPath } from './ids.ts'

const maxSubscriptions = 1000

const shownSubscription = subscriptionInput
  .safeExtend({
    id: z.string(),
    createdBy: z.string().meta({ description: 'The id of the API key' }),
    createdAt: timestamp,
  })
  .meta({ id: 'Subscription' })

const newSubscription = shownSubscription
  .safeExtend({
    secret: z.string().meta({
      description:
        'Signs the webhooks (Standard Webhooks: webhook-id, webhook-timestamp, webhook-signature). Shown only now.',
    }),
  })
  .meta({ id: 'NewSubscription' })

const shownDelivery = z
  .object({
    id: z.number().int(),
    alert: z.number().int().nullable().meta({ description: 'null: a test' }),
    step: z.number().int().nullable(),
    idempotencyKey: z.string(),
    state: z.enum(deliveryStates).meta({
      description: 'queued: to be sent; sent; dead: given up, may be sent again; dropped: no longer wanted',
    }),
    createdAt: timestamp,
    dueAt: timestamp.meta({ description: 'When it is (or was) tried next' }),
    attempts: z.number().int(),
    lastError: z.string().nullable(),
    endedAt: timestamp.nullable(),
  })
  .meta({ id: 'Delivery' })

function shown({ id, createdBy, createdAt, ...input }: Subscription): z.infer<typeof shownSubscription> {
  return { ...input, id, createdBy, createdAt: formatTime(createdAt) }
}

function showDelivery(delivery: Delivery): z.infer<typeof shownDelivery> {
  const { id, alert, step, idempotencyKey, state, attempts, lastError } = delivery
  return {
    id,
    alert,
    step,
    idempotencyKey,
    state,
    createdAt: formatTime(delivery.createdAt),
    dueAt: formatTime(delivery.dueAt),
    attempts,
    lastError,
    endedAt: delivery.endedAt === null ? null : formatTime(delivery.endedAt),
  }
}

export function subscriptionRoutes(app: App, api: ApiDependencies): void {
  const cursors = cursorsOf('subscriptions', z.string())
  const deliveryCursors = cursorsOf('deliveries', z.number().int())

  async function find(id: string): Promise<Subscription> {
    const found = (await api.registry.subscriptions()).find((one) => one.id === id)
    if (!found) throw new LanternError('not-found', `There is no subscription ${id}.`)
    return found
  }

  /** What can be known now to be wrong; a name's address is looked at each time that it is connected to. */
  function check({ channel, filter }: SubscriptionInput): void {
    const faults = (filter.areas ?? []).flatMap((code, index) =>
      api.view.area(code) ? [] : [{ field: `filter.areas[${index}]`, message: `there is no area ${code}` }],
    )
    if (channel.type === 'webhook')
      try {
        api.checkTarget(new URL(channel.url))
      } catch (error) {
        const remedy = error instanceof LanternError ? ` ${error.remedy}` : ''
        faults.push({ field: 'channel.url', message: `${messageOf(error)}.${remedy}` })
      }
    if (faults.length > 0)
      throw new LanternError('invalid-request', 'The subscription cannot be served.', { faults })
  }

  app.get(
    '/v1/subscriptions',
    {
      schema: {
        operationId: 'listSubscriptions',
        summary: 'Who is told of what',
        tags: ['Subscriptions'],
        querystring: listQuery({}),
        response: { 200: json('Subscriptions by id', listOf(shownSubscription, 'SubscriptionList')) },
      },
      config: { access: 'operator', errors: ['invalid-cursor', 'store-unavailable'] },
    },
    async ({ query: { limit, cursor } }) => {
      const all = (await api.registry.subscriptions()).sort((a, b) => (a.id < b.id ? -1 : 1))
      const page = pageOf({ items: all, keyOf: ({ id }) => id, cursors, cursor, limit })
      return { items: page.items.map(shown), next: page.next }
    },
  )

  app.get(
    '/v1/subscriptions/:id',
    {
      schema: {
        operationId: 'getSubscription',
        summary: 'One subscription',
        tags: ['Subscriptions'],
        params: subscriptionPath,
        response: { 200: json('The subscription', shownSubscription) },
      },
      config: { access: 'operator', errors: ['not-found', 'store-unavailable'] },
    },
    async ({ params: { id } }) => shown(await find(id)),
  )

  app.post(
    '/v1/subscriptions',
    {
      schema: {
        operationId: 'createSubscription',
        summary: 'Have somebody told',
        description: `From now on, for each step of an alert that the filter lets through. At most ${maxSubscriptions}.`,
        tags: ['Subscriptions'],
        body: subscriptionInput,
        response: { 201: json('The subscription, with its secret', newSubscription) },
      },
      config: { access: 'operator', errors: ['conflict', 'store-unavailable'] },
    },
    async (request, reply) => {
      const input = request.body
      check(input)
      if ((await api.registry.subscriptions()).length >= maxSubscriptions)
        throw new LanternError('conflict', `There are ${maxSubscriptions} subscriptions already.`, {
          remedy: 'Remove some that nobody needs any more.',
        })
      const [id, secret, now, by] = [
        newSubscriptionId(),
        newSigningSecret(),
        api.clock(),
        request.caller?.key ?? '',
      ]
      const made = await api.registry.addSubscription({ id, input, secret, by, now })
      const detail = JSON.stringify(input)
      await api.registry.audit({ at: now, by, what: 'subscription.made', target: id, detail })
      return reply.code(201).send({ ...shown(made), secret })
    },
  )

  app.put(
    '/v1/subscriptions/:id',
    {
      schema: {
        operationId: 'changeSubscription',
        summary: 'Replace a subscription; its secret stays',
        tags: ['Subscriptions'],
        params: subscriptionPath,
        body: subscriptionInput,
        response: { 200: json('The subscription as it is now', shownSubscription) },
      },
      config: { access: 'operator', errors: ['not-found', 'store-unavailable'] },
    },
    async (request) => {
      const input = request.body
      const { id } = request.params
      check(input)
      const [now, by] = [api.clock(), request.caller?.key ?? '']
      const changed = await api.registry.changeSubscription(id, input, { by, now })
      const detail = JSON.stringify(input)
      await api.registry.audit({ at: now, by, what: 'subscription.changed', target: id, detail })
      return shown(changed)
    },
  )

  app.delete(
    '/v1/subscriptions/:id',
    {
      schema: {
        operationId: 'removeSubscription',
        summary: 'Have somebody told no longer',
        tags: ['Subscriptions'],
        params: subscriptionPath,
        response: { 200: json('The subscription as it was', shownSubscription) },
      },
      config: { access: 'operator', errors: ['not-found', 'store-unavailable'] },
    },
    async (request) => {
      const { id } = request.params
      const found = await find(id)
      const [now, by] = [api.clock(), request.caller?.key ?? '']
      await api.registry.removeSubscription(id, { by, now })
      await api.registry.audit({ at: now, by, what: 'subscription.removed', target: id, detail: '{}' })
      return shown(found)
    },
  )

  app.post(
    '/v1/subscriptions/:id([^:]+)::test',
    {
      schema: {
        operationId: 'testSubscription',
        summary: 'Send a test',
        description: 'It goes the way of every delivery; its end is among the deliveries.',
        tags: ['Subscriptions'],
        params: subscriptionPath,
        response: { 202: json('The delivery that was queued', shownDelivery) },
      },
      config: { access: 'operator', errors: ['not-found', 'store-unavailable'] },
    },
    async (request, reply) =>
      reply.code(202).send(showDelivery(await api.registry.addTestDelivery(request.params.id, api.clock()))),
  )

  app.get(
    '/v1/subscriptions/:id/deliveries',
    {
      schema: {
        operationId: 'listDeliveries',
        summary: 'What became of each delivery, the newest first',
        tags: ['Subscriptions'],
        params: subscriptionPath,
        querystring: listQuery({ state: z.enum(deliveryStates).optional() }),
        response: { 200: json('Deliveries', listOf(shownDelivery, 'DeliveryList')) },
      },
      config: { access: 'operator', errors: ['not-found', 'invalid-cursor', 'store-unavailable'] },
    },
    async ({ params: { id }, query: { state, limit, cursor } }) => {
      await find(id)
      const before = deliveryCursors.read(cursor)
      const page = await api.registry.deliveries({ subscription: id, state, limit, before })
      const next = page.next === null ? null : deliveryCursors.write(page.next)
      return { items: page.items.map(showDelivery), next }
    },
  )

  app.post(
    '/v1/subscriptions/:id/deliveries/:delivery([^:]+)::retry',
    {
      schema: {
        operationId: 'retryDelivery',
        summary: 'Send a dead or dropped delivery again',
        tags: ['Subscriptions'],
        params: subscriptionPath.extend({
          delivery: z
            .string()
            .regex(/^\d{1,15}$/, 'the number of a delivery')
            .transform(Number),
        }),
        response: { 202: json('The delivery as it is now', shownDelivery) },
      },
      config: { access: 'operator', errors: ['not-found', 'conflict', 'store-unavailable'] },
    },
    async (request, reply) => {
      const { id, delivery } = request.params
      const [now, by] = [api.clock(), request.caller?.key ?? '']
      const retried = await api.registry.retryDelivery(id, delivery, now)
      await api.registry.audit({
        at: now,
        by,
        what: 'delivery.retried',
        target: String(delivery),
        detail: '{}',
      })
      return reply.code(202).send(showDelivery(retried))
    },
  )
}
