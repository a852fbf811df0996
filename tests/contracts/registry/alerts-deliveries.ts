/** What is delivered of alerts, in which order, and what becomes of each attempt: part of the registry's contract. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { AlertChange, DeliveryState } from '../../../stores/registry/alerts-port.ts'
import { opening, stepping, subscribing } from '../../alert-examples.ts'
import { newDevice } from '../../registry-examples.ts'
import { type RegistrySubject, raised, smallCity } from './subject.ts'

export function alertDeliveriesContract(subject: RegistrySubject): void {
  const change = (...list: AlertChange[]) => subject.registry.changeAlerts(list, 5000)
  const subscribe = (id: string, more: Parameters<typeof subscribing>[0] = {}) =>
    subject.registry.addSubscription({ id, input: subscribing(more), secret: `of ${id}`, by: 'k', now: 1 })
  /** The steps that are queued, sent, … for a subscription, the oldest first. */
  const stepsFor = async (subscription: string, state?: DeliveryState) =>
    (await subject.registry.deliveries({ subscription, state, limit: 1000 })).items
      .map(({ step }) => step)
      .reverse()
  const dueSteps = async (now = 5000, subscription?: string) =>
    (await subject.registry.dueDeliveries(now, 1000, subscription)).map(({ step }) => step)
  const ending = (id: number, state: 'sent' | 'dead', at = 6000) => ({
    id,
    attempts: 1,
    state,
    error: state === 'sent' ? null : 'status 500',
    at,
  })

  describe('deliveries', () => {
    it('are counted: those that wait, and those that are dead', async () => {
      expect(await subject.registry.deliveryCounts()).toEqual({ queued: 0, dead: 0 })
      await subscribe('all')
      await change(opening('r', 'a'), opening('r', 'b'), opening('r', 'c'), stepping('r c', 'acknowledged'))
      await subject.registry.endAttempts([ending(1, 'sent'), ending(2, 'dead')])
      expect(await subject.registry.deliveryCounts()).toEqual({ queued: 2, dead: 1 })
      await subject.registry.retryDelivery('all', 2, 7000)
      expect(await subject.registry.deliveryCounts()).toEqual({ queued: 3, dead: 0 })
    })

    it('are queued with each step for those who want it', async () => {
      await subscribe('all')
      await subscribe('critical', { filter: { severities: ['critical'] } })
      await subscribe('off', { enabled: false })
      await change(opening('r', 'a'), opening('r', 'b', { severity: 'critical' }))
      await change(stepping('r a', 'assigned', { assignee: 'Lan' }), stepping('r b', 'acknowledged'))
      expect(await stepsFor('all')).toEqual([1, 2, 4])
      expect(await stepsFor('critical')).toEqual([2, 4])
      expect(await stepsFor('off')).toEqual([])
      const [first] = await subject.registry.dueDeliveries(5000, 1)
      expect(first).toEqual({
        id: 1,
        subscription: 'all',
        alert: 1,
        step: 1,
        idempotencyKey: 'all-1',
        createdAt: 5000,
        dueAt: 5000,
        attempts: 0,
        state: 'queued',
        lastError: null,
        endedAt: null,
      })
      expect((await subject.registry.versions()).deliveries).toBe(5)
    })

    it('tell that an alert is over to all who were told of it, and to nobody else', async () => {
      await subscribe('all')
      await subscribe('critical', { filter: { severities: ['critical'] } })
      await change(opening('r', 'a'), opening('r', 'storm'), {
        ...opening('r', 'hidden'),
        inhibitedBy: { rule: 'r', subject: 'storm' },
      })
      await change(stepping('r a', 'escalated', { severity: 'critical' }))
      await change(stepping('r a', 'deescalated'), {
        ...stepping('r a', 'inhibited'),
        inhibitedBy: { id: 2 },
      })
      await subscribe('late')
      expect(await stepsFor('critical')).toEqual([4])
      // 7: a, which two were told of; 8: the hidden one; 9: the storm.
      await change(
        stepping('r a', 'cleared'),
        stepping('r hidden', 'cleared'),
        stepping('r storm', 'cleared'),
      )
      expect(await stepsFor('critical')).toEqual([4, 7])
      expect(await stepsFor('all')).toEqual([1, 2, 4, 5, 7, 9])
      expect(await stepsFor('late')).toEqual([])
    })

    it('follow the subscriptions as they are, whoever changed them', async () => {
      const other = subject.open()
      await other.start()
      await change(opening('r', 'a'))
      await other.addSubscription({ id: 's', input: subscribing(), secret: '', by: 'k', now: 1 })
      await change(opening('r', 'b'))
      await other.changeSubscription('s', subscribing({ filter: { rules: ['x'] } }), { by: 'k', now: 2 })
      await change(opening('r', 'c'), opening('x', 'c'))
      await other.removeSubscription('s', { by: 'k', now: 3 })
      await change(opening('x', 'd'))
      await other.stop()
      expect(await stepsFor('s')).toEqual([2, 4])
    })

    it('of one alert go one after the other, and those of others beside them', async () => {
      await subscribe('s')
      await change(opening('r', 'a'), stepping('r a', 'acknowledged'), opening('r', 'b'))
      await change(stepping('r a', 'cleared'))
      expect(await dueSteps()).toEqual([1, 3])
      await subject.registry.endAttempts([
        { id: 1, attempts: 1, dueAt: 7000, error: 'status 503', at: 5001 },
        { id: 3, attempts: 1, state: 'sent', error: null, at: 5001 },
      ])
      expect(await dueSteps()).toEqual([])
      expect([...(await subject.registry.nextDeliveries())]).toEqual([['s', 7000]])
      expect((await subject.registry.dueDeliveries(7000, 9))[0]).toMatchObject({
        ...{ step: 1, attempts: 1, lastError: 'status 503', state: 'queued', endedAt: null },
      })
      await subject.registry.endAttempts([ending(1, 'dead', 7001)])
      expect(await dueSteps()).toEqual([2])
      await subject.registry.endAttempts([ending(2, 'sent'), ending(4, 'sent')])
      expect(await dueSteps(Number.MAX_SAFE_INTEGER)).toEqual([])
      expect([...(await subject.registry.nextDeliveries())]).toEqual([])
      const { items } = await subject.registry.deliveries({ subscription: 's', state: 'dead', limit: 9 })
      expect(items).toMatchObject([{ id: 1, state: 'dead', lastError: 'status 500', endedAt: 7001 }])
    })

    it('end one by one at the same time, and none is forgotten', async () => {
      await subscribe('s')
      const ids = Array.from({ length: 60 }, (_, index) => index + 1)
      await change(...ids.map((id) => opening('r', `d${id}`)))
      const ends = ids.map((id) => subject.registry.endAttempts([ending(id, id % 2 === 0 ? 'sent' : 'dead')]))
      await ends[0]
      ends.push(
        subject.registry.endAttempts([{ ...ending(1, 'sent'), attempts: Symbol('no number') as never }]),
      )
      const failed = (await Promise.allSettled(ends)).filter(({ status }) => status === 'rejected')
      expect(failed.length).toBeGreaterThanOrEqual(1)
      // Who was told that it failed may try again, whatever came of it.
      await Promise.all(ids.map((id) => subject.registry.endAttempts([ending(id, 'sent')])))
      expect(await stepsFor('s', 'queued')).toEqual([])
      expect(await stepsFor('s')).toHaveLength(60)
    })

    it('are due by subscription, so that none waits behind another', async () => {
      await subscribe('s')
      await subscribe('t')
      await subscribe('idle', { filter: { rules: ['x'] } })
      await change(opening('r', 'a'), opening('r', 'b'))
      await subject.registry.endAttempts([{ id: 1, attempts: 1, dueAt: 6000, error: 'away', at: 5001 }])
      await subject.registry.endAttempts([{ id: 3, attempts: 1, dueAt: 8000, error: 'away', at: 5001 }])
      expect(await subject.registry.nextDeliveries()).toEqual(
        new Map([
          ['s', 6000],
          ['t', 5000],
        ]),
      )
      expect(await dueSteps(7000, 's')).toEqual([1])
      expect(await dueSteps(7000, 't')).toEqual([1, 2])
      // The longest due first.
      expect(await dueSteps(9000)).toEqual([1, 2, 1, 2])
      expect(await subject.registry.dueDeliveries(9000, 3)).toHaveLength(3)
    })

    it('that have ended stay as they are, until they are sent again', async () => {
      await subscribe('s')
      await change(opening('r', 'a'), stepping('r a', 'cleared'))
      await subject.registry.endAttempts([ending(1, 'dead'), ending(1, 'sent'), ending(99, 'sent')])
      const version = (await subject.registry.versions()).deliveries
      await subscribe('t')
      expect((await raised(subject.registry.retryDelivery('t', 1, 9000))).code).toBe('not-found')
      const again = await subject.registry.retryDelivery('s', 1, 9000)
      expect(again).toMatchObject({
        ...{ id: 1, state: 'queued', attempts: 0, dueAt: 9000, createdAt: 9000, idempotencyKey: 's-1' },
        ...{ lastError: null, endedAt: null, step: 1 },
      })
      expect((await subject.registry.versions()).deliveries).toBeGreaterThan(version)
      // What was before it in the queue may be on its way already.
      expect(await dueSteps(9000)).toEqual([2])
      await subject.registry.endAttempts([ending(2, 'sent')])
      expect(await dueSteps(9000)).toEqual([1])
      expect((await raised(subject.registry.retryDelivery('s', 1, 9000))).code).toBe('conflict')
      expect((await raised(subject.registry.retryDelivery('s', 2, 9000))).code).toBe('conflict')
      expect((await raised(subject.registry.retryDelivery('s', 99, 9000))).code).toBe('not-found')
    })

    it('are dropped when their subscription is disabled or removed', async () => {
      await subscribe('s')
      await subscribe('t')
      await change(opening('r', 'a'), stepping('r a', 'acknowledged'))
      const disabled = subscribing({ enabled: false })
      await subject.registry.changeSubscription('s', disabled, { by: 'k', now: 6000 })
      expect(await stepsFor('s', 'dropped')).toEqual([1, 2])
      expect(await dueSteps(9000)).toEqual([1])
      expect((await subject.registry.retryDelivery('s', 1, 9000)).state).toBe('queued')
      await subject.registry.removeSubscription('t', { by: 'k', now: 6000 })
      expect(await stepsFor('t', 'dropped')).toEqual([1, 2])
      expect((await raised(subject.registry.retryDelivery('t', 2, 9000))).code).toBe('not-found')
      expect(await dueSteps(9000, 't')).toEqual([])
      expect(await dueSteps(9000, 's')).toEqual([1])
    })

    it('are listed newest first, in pages', async () => {
      await subscribe('s')
      await change(...['a', 'b', 'c'].map((id) => opening('r', id)))
      await subject.registry.endAttempts([ending(2, 'sent')])
      const first = await subject.registry.deliveries({ subscription: 's', limit: 2 })
      expect([first.items.map(({ id }) => id), first.next]).toEqual([[3, 2], 2])
      const second = await subject.registry.deliveries({ subscription: 's', limit: 2, before: 2 })
      expect([second.items.map(({ id }) => id), second.next]).toEqual([[1], null])
      expect(await stepsFor('s', 'queued')).toEqual([1, 3])
      expect(await stepsFor('nobody')).toEqual([])
    })

    it('can be tests, which belong to no alert', async () => {
      await subscribe('s', { filter: { rules: ['x'] } })
      const tests = [
        await subject.registry.addTestDelivery('s', 7000),
        await subject.registry.addTestDelivery('s', 7000),
      ]
      expect(tests).toMatchObject([
        { id: 1, alert: null, step: null, dueAt: 7000 },
        { id: 2, alert: null, step: null },
      ])
      expect(await subject.registry.dueDeliveries(7000, 9)).toEqual(tests)
      await subject.registry.endAttempts([ending(1, 'dead'), ending(2, 'sent')])
      expect(await subject.registry.retryDelivery('s', 1, 8000)).toMatchObject({
        state: 'queued',
        alert: null,
      })
      expect(await subject.registry.dueDeliveries(8000, 9)).toHaveLength(1)
      expect((await raised(subject.registry.addTestDelivery('t', 1))).code).toBe('not-found')
    })
  })

  describe('ended deliveries', () => {
    beforeEach(async () => {
      const ids = ['a', 'b', 'c', 'd']
      await subject.registry.putCity(smallCity)
      await subject.registry.addDevices(
        ids.map((id) => newDevice(id)),
        1,
      )
      await subscribe('s')
      await change(...ids.map((id) => opening('r', id)))
    })

    it('are removed when they have been kept long enough, queued ones never', async () => {
      const day = 86_400_000
      await subject.registry.endAttempts([ending(1, 'sent', 0), ending(2, 'sent', 1), ending(3, 'dead', 0)])
      expect(await subject.registry.tidyAlerts(30 * day)).toBe(0)
      expect(await subject.registry.tidyAlerts(30 * day + 1)).toBe(1)
      expect(await stepsFor('s')).toEqual([2, 3, 4])
      expect(await subject.registry.tidyAlerts(90 * day + 1)).toBe(2)
      expect(await subject.registry.tidyAlerts(9000 * day)).toBe(0)
      expect(await stepsFor('s')).toEqual([4])
    })
  })
}
