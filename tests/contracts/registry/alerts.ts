/** Alerts, their steps, timers and what becomes of them when a city changes: part of the contract of the registry port. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { AlertChange, NewAlert } from '../../../stores/registry/alerts-port.ts'
import { exampleRule, newAlert, opening, stepping, subscribing } from '../../alert-examples.ts'
import { change, newDevice, state } from '../../registry-examples.ts'
import { type RegistrySubject, raised, smallCity } from './subject.ts'

export function alertsContract(subject: RegistrySubject): void {
  const changes = async (...list: AlertChange[]) =>
    (await subject.registry.changeAlerts(list, 5000)).map(({ step }) => `${step.alert} ${step.step}`)
  const openIds = async () => (await subject.registry.openAlerts()).map(({ id }) => id)

  describe('alerts', () => {
    it('are kept whole', async () => {
      const evidence = {
        values: [
          { observedAt: 1, field: 'fps', value: 0.5 },
          { observedAt: 2, field: 'recording', value: false },
        ],
        expected: { value: 4, low: 2, high: 6, score: -7.5 },
        members: { count: 2, of: 3, devices: ['a', 'b'] },
      }
      const fresh = newAlert('dark', 'a', { public: true, escalateAt: 9000, evidence })
      const [opened] = await subject.registry.changeAlerts([{ type: 'open', alert: fresh }], 5000)
      expect(opened?.alert).toEqual({
        ...fresh,
        id: 1,
        state: 'open',
        ruleSeverity: 'major',
        acknowledgedAt: null,
        acknowledgedBy: null,
        clearedAt: null,
        clearedBy: null,
        assignedTo: null,
        shelvedUntil: null,
        inhibitedBy: null,
        chattering: false,
        steps: 1,
        changedAt: 1000,
      })
      const nowhere: NewAlert = {
        ...newAlert('low', 'top', { subjectType: 'area', areas: [], evidence: { values: [] } }),
        ...{ kind: null, place: null, placeType: null, longitude: null, latitude: null },
      }
      const [bare] = await subject.registry.changeAlerts([{ type: 'open', alert: nowhere }], 5000)
      await subject.reopen()
      expect(await subject.registry.openAlerts()).toEqual([opened?.alert, bare?.alert])
      expect(await subject.registry.alert(1)).toEqual(opened?.alert)
      expect(await subject.registry.alert(3)).toBeUndefined()
    })

    it('open once for a rule and a subject, however often it is asked', async () => {
      expect(await changes(opening('r', 'a'), opening('r', 'a'), opening('r', 'b'))).toEqual([
        '1 opened',
        '2 opened',
      ])
      expect(await changes(opening('r', 'a'), opening('s', 'a'))).toEqual(['3 opened'])
      expect(await changes(stepping('r a', 'cleared'), opening('r', 'a'), opening('r', 'a'))).toEqual([
        '1 cleared',
        '4 opened',
      ])
      expect(await openIds()).toEqual([2, 3, 4])
    })

    it('take the steps of their life, in order, and leave out what does not apply', async () => {
      const taken = await changes(
        opening('r', 'a', { escalateAt: 7000 }),
        stepping('r a', 'acknowledged', { comment: 'I go' }),
        stepping(1, 'acknowledged'),
        stepping('r a', 'assigned', { assignee: 'Team 3' }),
        stepping('r a', 'shelved', { until: 8000 }),
        stepping('r nobody', 'acknowledged'),
        stepping(77, 'cleared'),
        stepping('r a', 'settled'),
      )
      expect(taken).toEqual(['1 opened', '1 acknowledged', '1 assigned', '1 shelved'])
      expect(await subject.registry.alert(1)).toMatchObject({
        state: 'acknowledged',
        acknowledgedAt: 2000,
        acknowledgedBy: 'key',
        assignedTo: 'Team 3',
        shelvedUntil: 8000,
        escalateAt: null,
        steps: 4,
      })
      expect(await changes(stepping(1, 'cleared', { by: 'condition' }), stepping(1, 'commented'))).toEqual([
        '1 cleared',
        '1 commented',
      ])
      expect(await subject.registry.openAlerts()).toEqual([])
      const steps = await subject.registry.alertSteps({ alert: 1, limit: 100 })
      expect(steps.map(({ id, step, state }) => [id, step, state])).toEqual([
        [1, 'opened', 'open'],
        [2, 'acknowledged', 'acknowledged'],
        [3, 'assigned', 'acknowledged'],
        [4, 'shelved', 'acknowledged'],
        [5, 'cleared', 'cleared'],
        [6, 'commented', 'cleared'],
      ])
      expect(steps[1]).toMatchObject({ at: 2000, by: 'key', comment: 'I go', severity: 'major' })
      expect((await subject.registry.versions()).alerts).toBe(6)
    })

    it('stand for others until they are cleared; then those still open are released', async () => {
      const storm = { rule: 'r', subject: 'd1' }
      const fresh = newAlert('r', 'late')
      await changes(opening('r', 'a'), opening('r', 'b'), opening('r', 'd1'))
      expect(
        await changes(
          { ...stepping('r a', 'inhibited'), inhibitedBy: storm },
          { ...stepping('r b', 'inhibited'), inhibitedBy: { id: 3 } },
          { ...stepping('r b', 'inhibited'), inhibitedBy: { id: 3 } },
          { ...stepping('r d1', 'inhibited'), inhibitedBy: storm },
          { type: 'open', alert: fresh, inhibitedBy: storm },
          { type: 'open', alert: newAlert('r', 'alone'), inhibitedBy: { rule: 'r', subject: 'nowhere' } },
        ),
      ).toEqual(['1 inhibited', '2 inhibited', '4 opened', '5 opened'])
      expect((await subject.registry.openAlerts()).map(({ inhibitedBy }) => inhibitedBy)).toEqual([
        3,
        3,
        null,
        3,
        null,
      ])
      expect(await changes(stepping('r d1', 'cleared', { at: 4000 }), stepping('r a', 'cleared'))).toEqual([
        '3 cleared',
        '1 cleared',
        '2 released',
        '4 released',
      ])
      expect(await changes({ ...stepping('r b', 'inhibited'), inhibitedBy: { id: 3 } })).toEqual([])
      expect((await subject.registry.openAlerts()).every(({ inhibitedBy }) => inhibitedBy === null)).toBe(
        true,
      )
      const [released] = await subject.registry.alertSteps({ alert: 4, after: 8, limit: 1 })
      expect(released).toMatchObject({ step: 'released', at: 4000, by: 'lantern' })
    })

    it('change all or none', async () => {
      await changes(opening('r', 'a'))
      await subject.registry.addSubscription({ id: 's', input: subscribing(), secret: '', by: 'k', now: 1 })
      const before = await subject.registry.versions()
      // What no database keeps: found out before anything is written, with the alerts, and after them.
      const evidence = { values: [], huge: 1n } as never
      const poisons = [
        stepping(1, 'commented', { evidence }),
        opening('r', 'c', { title: Symbol('no text') as never }),
        stepping(1, 'commented', { comment: Symbol('no text') as never }),
      ]
      for (const poison of poisons)
        await expect(changes(opening('r', 'b'), stepping('r a', 'cleared'), poison)).rejects.toThrow()
      expect(await subject.registry.versions()).toEqual(before)
      expect((await subject.registry.openAlerts()).map(({ state }) => state)).toEqual(['open'])
      expect(await subject.registry.alertSteps({ limit: 10 })).toHaveLength(1)
      expect((await subject.registry.deliveries({ subscription: 's', limit: 9 })).items).toEqual([])
      expect(await changes(stepping('r a', 'cleared'), opening('r', 'b'))).toEqual(['1 cleared', '2 opened'])
    })

    it('are unshelved and escalated in time, but not while they are shelved or inhibited', async () => {
      const escalation = { afterSeconds: 30, severity: 'critical' } as const
      await subject.registry.putRule(exampleRule('r', { escalation }), { by: 'k', now: 1 })
      await subject.registry.putRule(exampleRule('plain'), { by: 'k', now: 1 })
      await changes(
        opening('r', 'a', { escalateAt: 3000 }),
        opening('r', 'b', { escalateAt: 3000 }),
        opening('r', 'c', { escalateAt: 3000 }),
        opening('plain', 'd', { escalateAt: 3000 }),
        opening('r', 'e', { escalateAt: 3000 }),
        stepping('r b', 'acknowledged'),
        stepping('r c', 'shelved', { until: 3500 }),
        { ...stepping('r e', 'inhibited'), inhibitedBy: { id: 4 } },
      )
      const timed = async (now: number) =>
        (await subject.registry.runAlertTimers(now)).map(({ step }) => `${step.alert} ${step.step}`)
      expect(await timed(2999)).toEqual([])
      expect(await timed(3000)).toEqual(['1 escalated'])
      expect(await subject.registry.alert(1)).toMatchObject({ severity: 'critical', ruleSeverity: 'major' })
      expect((await subject.registry.alert(4))?.escalateAt).toBeNull()
      expect(await timed(3499)).toEqual([])
      expect(await timed(3500)).toEqual(['3 unshelved'])
      expect(await timed(3500)).toEqual(['3 escalated'])
      expect(await timed(9999)).toEqual([])
    })

    it('come with device states in one transaction, once for a position', async () => {
      await subject.registry.putCity(smallCity)
      const [device] = await subject.registry.addDevices([newDevice('a')], 1)
      const serial = device?.serial ?? 0
      const alerts = (memory: unknown, ...list: AlertChange[]) => ({
        changes: list,
        memories: [{ key: 'r a', memory: memory as string | null }],
        now: 5000,
      })
      const broken = change(4, { states: [state(serial)], alerts: alerts(Symbol('x'), opening('r', 'a')) })
      await expect(subject.registry.applyState(broken)).rejects.toThrow()
      expect(await subject.registry.openAlerts()).toEqual([])
      expect((await subject.registry.statesSince(0, 9)).states).toEqual([])

      const once = alerts('{"n":1}', opening('r', 'a'), stepping('r a', 'cleared'))
      await subject.registry.applyState(change(4, { states: [state(serial)], alerts: once }))
      await subject.registry.applyState(change(4, { alerts: once }))
      await subject.registry.applyState(change(3, { alerts: alerts(null, opening('r', 'b')) }))
      expect((await subject.registry.alerts({ limit: 9 })).items).toHaveLength(1)
      expect(await subject.registry.alertMemories()).toEqual(new Map([['r a', '{"n":1}']]))

      const later = await subject.registry.keepAlerts(alerts(null, opening('r', 'a')))
      expect(later.map(({ step }) => step.step)).toEqual(['opened'])
      await subject.reopen()
      expect(await subject.registry.alertMemories()).toEqual(new Map())
      expect(await subject.registry.statePosition()).toBe(4)
    })
  })

  describe('alerts of what is gone', () => {
    beforeEach(async () => {
      await subject.registry.putCity(smallCity)
      await subject.registry.addDevices([newDevice('a'), newDevice('b')], 1)
      const area = { subjectType: 'area' } as const
      await changes(opening('r', 'a'), opening('r', 'b'), opening('r', 'd1', area), opening('r', 'top', area))
    })

    const lastOf = async (alert: number) => (await subject.registry.alertSteps({ alert, limit: 9 })).at(-1)

    it('are cleared when the device is decommissioned', async () => {
      await subject.registry.decommissionDevice('a', 7000)
      expect(await openIds()).toEqual([2, 3, 4])
      const comment = 'the device is gone from the city'
      expect(await lastOf(1)).toMatchObject({ step: 'cleared', at: 7000, by: 'lantern', comment })
    })

    it('are cleared when the city is', async () => {
      await subject.registry.clearCity(7000)
      expect(await openIds()).toEqual([])
      expect(await lastOf(4)).toMatchObject({ by: 'lantern', comment: 'the area is gone from the city' })
    })

    it('are cleared when another city takes its place, but not those of what it has too', async () => {
      const devices = [newDevice('b', 'p2')]
      const areas = smallCity.areas.filter(({ code }) => code !== 'd1')
      const places = smallCity.places.filter(({ id }) => id !== 'p1')
      await subject.registry.loadCity({ areas, places, devices, replace: true }, 7000)
      expect(await openIds()).toEqual([2, 4])
    })

    it('are cleared with the next tidying where they were opened too late', async () => {
      await subject.registry.decommissionDevice('a', 7000)
      await changes(opening('r', 'a'))
      await subject.registry.tidyAlerts(8000)
      expect(await openIds()).toEqual([2, 3, 4])
    })

    it('are cleared with their rule, by whoever removes it', async () => {
      await subject.registry.putRule(exampleRule('r'), { by: 'k', now: 1 })
      await changes(opening('s', 'a'))
      await subject.registry.removeRule('r', { by: 'key-7', now: 7000 })
      expect(await openIds()).toEqual([5])
      expect(await lastOf(2)).toMatchObject({ step: 'cleared', by: 'key-7', at: 7000 })
      const again = subject.registry.removeRule('r', { by: 'k', now: 1 })
      expect((await raised(again)).code).toBe('not-found')
    })
  })
}
