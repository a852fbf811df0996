/** Alerts as they are listed, followed and measured: part of the contract of the registry port. */
import { describe, expect, it } from 'vitest'
import type { AlertChange, AlertFilter } from '../../../stores/registry/alerts-port.ts'
import { opening, stepping } from '../../alert-examples.ts'
import type { RegistrySubject } from './subject.ts'

export function alertListsContract(subject: RegistrySubject): void {
  const changes = (...list: AlertChange[]) => subject.registry.changeAlerts(list, 5000)

  describe('lists of alerts', () => {
    it('are read by steps after any other, in pages', async () => {
      await changes(...['a', 'b', 'c', 'd', 'e'].map((id) => opening('r', id)))
      const first = await subject.registry.alertSteps({ limit: 2 })
      expect(first.map(({ id }) => id)).toEqual([1, 2])
      expect((await subject.registry.alertSteps({ after: 2, limit: 9 })).map(({ id }) => id)).toEqual([
        3, 4, 5,
      ])
      expect(await subject.registry.alertSteps({ after: 5, limit: 9 })).toEqual([])
    })

    it('are listed newest first by any filter, in pages', async () => {
      await changes(
        opening('r', 'a', { areas: ['w1', 'd1', 'top'], openedAt: 100 }),
        opening('r', 'b', { areas: ['w2', 'd1', 'top'], severity: 'critical', openedAt: 200 }),
        opening('s', 'b', { areas: ['d2', 'top'], kind: 'traffic_counter', openedAt: 300 }),
        opening('s', 'c', { areas: ['top'], placeType: 'park', openedAt: 400 }),
        opening('t', 'top', { subjectType: 'area', areas: ['top'], kind: null, openedAt: 500 }),
        stepping('r a', 'cleared'),
        stepping('r b', 'acknowledged'),
        stepping('s b', 'assigned', { assignee: 'Lan' }),
        stepping('s c', 'shelved', { until: 9000 }),
      )
      const listed = async (filter: AlertFilter) =>
        (await subject.registry.alerts({ limit: 100, ...filter })).items.map(({ id }) => id)
      expect(await listed({})).toEqual([5, 3, 2, 1])
      expect(await listed({ all: true })).toEqual([5, 4, 3, 2, 1])
      expect(await listed({ states: ['open'] })).toEqual([5, 3])
      expect(await listed({ states: ['open', 'acknowledged'] })).toEqual([5, 3, 2])
      expect(await listed({ states: ['cleared', 'acknowledged'] })).toEqual([2, 1])
      expect(await listed({ severities: ['critical', 'info'] })).toEqual([2])
      expect(await listed({ rule: 'r' })).toEqual([2, 1])
      expect(await listed({ area: 'top' })).toEqual([5, 3, 2, 1])
      expect(await listed({ area: 'd1' })).toEqual([2, 1])
      expect(await listed({ area: 'w1', states: ['open'] })).toEqual([])
      expect(await listed({ kind: 'traffic_counter' })).toEqual([3])
      expect(await listed({ placeType: 'park', all: true })).toEqual([4])
      expect(await listed({ subject: 'b' })).toEqual([3, 2])
      expect(await listed({ assignedTo: 'Lan' })).toEqual([3])
      expect(await listed({ from: 200, to: 500 })).toEqual([3, 2])

      const first = await subject.registry.alerts({ area: 'top', limit: 2 })
      expect([first.items.map(({ id }) => id), first.next]).toEqual([[5, 3], 3])
      const second = await subject.registry.alerts({ area: 'top', limit: 2, before: 3 })
      expect([second.items.map(({ id }) => id), second.next]).toEqual([[2, 1], null])
    })

    it('that are public are read by whether they are open, or for how long they are over', async () => {
      const open = { public: true }
      await changes(
        ...['a', 'b', 'c'].map((id) => opening('r', id, open)),
        opening('r', 'd'),
        stepping('r a', 'cleared', { at: 3000 }),
        stepping('r b', 'cleared', { at: 3001 }),
        stepping('r d', 'cleared', { at: 3001 }),
      )
      const read = async (clearedAfter: number, limit: number) =>
        (await subject.registry.publicAlerts({ clearedAfter, limit })).map(({ id }) => id)
      expect(await read(3000, 9)).toEqual([3, 2])
      expect(await read(2999, 2)).toEqual([3, 2])
      expect(await read(2999, 9)).toEqual([3, 2, 1])
    })

    it('are measured: how many, how often hidden or chattering, and how long until somebody does something', async () => {
      const opened = (id: string, openedAt: number) => opening('r', id, { openedAt })
      await changes(
        ...['a', 'b', 'c', 'd'].map((id, index) => opened(id, 1000 + index)),
        opened('before', 999),
        { ...opened('e', 1500), inhibitedBy: { rule: 'r', subject: 'a' } },
        stepping('r a', 'acknowledged', { at: 1100, by: 'k1' }),
        stepping('r b', 'acknowledged', { at: 1201, by: 'k2' }),
        stepping('r c', 'chattering', { at: 1300, by: 'lantern' }),
        stepping('r b', 'cleared', { at: 1501, by: 'condition' }),
      )
      const day = 86_400_000
      const quality = await subject.registry.alertQuality({ from: 1000, to: 2000, now: 1002 + day })
      expect(quality).toEqual({
        ...{ opened: 4, inhibited: 1, chattering: 1, operators: 2, standing: 5, stale: 2 },
        toAcknowledge: { median: 100, p90: 200 },
        toClear: { median: 500, p90: 500 },
      })
      const nothing = await subject.registry.alertQuality({ from: 0, to: 10, now: 10 })
      expect(nothing).toMatchObject({
        opened: 0,
        operators: 0,
        standing: 5,
        toAcknowledge: null,
        toClear: null,
      })
    })
  })
}
