/** The list of alerts on the console: what comes first, what the filters let through, and an order that holds while one works in it. */
import { describe, expect, test } from 'vitest'
import {
  type Filters,
  noFilters,
  passes,
  queryOf,
  readFilters,
  writeFilters,
} from '../dashboards/console/page/alerts/filters.ts'
import { createHeldOrder } from '../dashboards/console/page/alerts/held-order.ts'
import { commandOf, movedTo } from '../dashboards/console/page/alerts/keys.ts'
import { durationOf } from '../dashboards/console/page/alerts/shelf-lengths.ts'
import { byUrgency, countBySeverity } from '../dashboards/console/page/alerts/urgency.ts'
import type { NamedAlert } from '../model/answers/alerts.ts'
import { consoleAlert } from './console-alert.ts'

const idsOf = (alerts: readonly NamedAlert[]) => alerts.map(({ id }) => id)

describe('what comes first', () => {
  test('the gravest, then the unacknowledged, then the newest', () => {
    const at = (minute: number) => `2026-11-22T05:0${minute}:00.000Z`
    const alerts = [
      consoleAlert({ id: 1, severity: 'info', openedAt: at(9) }),
      consoleAlert({ id: 2, severity: 'major', state: 'acknowledged', openedAt: at(8) }),
      consoleAlert({ id: 3, severity: 'major', openedAt: at(1) }),
      consoleAlert({ id: 4, severity: 'major', openedAt: at(2) }),
      consoleAlert({ id: 5, severity: 'critical', state: 'acknowledged', openedAt: at(0) }),
      consoleAlert({ id: 6, severity: 'major', openedAt: at(2) }),
    ]
    expect(idsOf(alerts.sort(byUrgency))).toEqual([5, 6, 4, 3, 2, 1])
    expect([...countBySeverity(alerts)]).toEqual([
      ['critical', 1],
      ['major', 4],
      ['info', 1],
    ])
  })
})

describe('the filters', () => {
  const who = { key: 'k1', name: 'Shift A', role: 'operator', until: '2026-11-22T06:00:00.000Z' } as const
  const textOf = ({ title }: NamedAlert) => title
  const through = (filters: Partial<Filters>, alert: Partial<NamedAlert>) =>
    passes({ filters: { ...noFilters, ...filters }, who, textOf })(consoleAlert(alert))

  test('stand in the address and come back from it', () => {
    const filters: Filters = {
      severities: ['major', 'critical'],
      state: 'all',
      area: '725',
      place: 'market-1',
      device: 'cam-1',
      kind: 'camera',
      owner: 'me',
      text: 'Chợ & cũ',
    }
    const query = Object.entries(writeFilters(filters)).filter((entry) => entry[1] !== undefined)
    expect(readFilters(new URLSearchParams(query as [string, string][]))).toEqual(filters)
    expect(readFilters(new URLSearchParams('severity=loud&state=x&owner=&kind=tram&area='))).toEqual(
      noFilters,
    )
    expect(Object.values(writeFilters(noFilters)).filter((value) => value !== undefined)).toEqual([])
  })

  test('ask Lantern only for what the live set does not hold', () => {
    expect(queryOf(noFilters)).toBeNull()
    expect(queryOf({ ...noFilters, state: 'open', area: '7' })).toBeNull()
    expect(queryOf({ ...noFilters, state: 'cleared', area: '7' })).toMatchObject({
      state: 'cleared',
      area: '7',
    })
    expect(queryOf({ ...noFilters, state: 'all' })).toMatchObject({ all: 'true' })
  })

  test('let through what they name and nothing else', () => {
    expect(through({ severities: ['info'] }, { severity: 'info' })).toBe(true)
    expect(through({ severities: ['info'] }, { severity: 'major' })).toBe(false)
    expect(through({ state: 'open' }, { state: 'acknowledged' })).toBe(false)
    expect(through({ state: 'all' }, { state: 'acknowledged' })).toBe(true)
    expect(through({ area: '725' }, { areas: ['1', '725'] })).toBe(true)
    expect(through({ area: '72' }, { areas: ['1', '725'] })).toBe(false)
    expect(through({ kind: 'camera' }, { kind: null })).toBe(false)
    expect(through({ place: 'a' }, { place: 'b' })).toBe(false)
    expect(through({ owner: 'me' }, { assignedTo: 'Shift A' })).toBe(true)
    expect(through({ owner: 'me' }, { assignedTo: 'k1' })).toBe(true)
    expect(through({ owner: 'me' }, { assignedTo: null })).toBe(false)
    expect(through({ owner: 'nobody' }, { assignedTo: null })).toBe(true)
    expect(through({ owner: 'somebody' }, { assignedTo: 'Bình' })).toBe(true)
  })

  test('find a device by itself and among those of a storm', () => {
    const storm = {
      subject: { type: 'area', id: '725' },
      evidence: { values: [], expected: null, members: { count: 1, of: 2, devices: ['cam-9'] } },
    } as const
    expect(through({ device: 'cam-9' }, { subject: { type: 'device', id: 'cam-9' } })).toBe(true)
    expect(
      through({ device: 'cam-9' }, { ...storm, evidence: structuredClone(storm.evidence) as never }),
    ).toBe(true)
    expect(through({ device: '725' }, { ...storm, evidence: structuredClone(storm.evidence) as never })).toBe(
      false,
    )
  })

  test('find words however they are spelled, and an alert by its number', () => {
    const alert = { id: 42, title: 'Camera tại Chợ Dĩ An đã mất liên lạc', areaNames: ['Phường Đông Hòa'] }
    for (const text of ['cho di an', 'ĐÔNG  hòa', 'dong camera', '#42'])
      expect(through({ text }, alert), text).toBe(true)
    expect(through({ text: 'cho ben' }, alert)).toBe(false)
  })
})

describe('the order', () => {
  const alerts = (...ids: number[]) => ids.map((id) => consoleAlert({ id }))
  const mapOf = (list: readonly NamedAlert[]) => new Map(list.map((alert) => [alert.id, alert]))
  const none = new Map<number, NamedAlert>()
  const worked = (
    order: ReturnType<typeof createHeldOrder>,
    wanted: NamedAlert[],
    isHeld: boolean,
    ended = none,
  ) => order.arrange({ wanted, current: mapOf(wanted), ended, isHeld })
  const rowsOf = ({ rows }: ReturnType<typeof worked>) =>
    rows.map(({ alert, isOver }) => (isOver ? -alert.id : alert.id))

  test('follows what comes while nobody works in it', () => {
    const order = createHeldOrder()
    expect(rowsOf(worked(order, alerts(1, 2), false))).toEqual([1, 2])
    expect(rowsOf(worked(order, alerts(3, 2), false))).toEqual([3, 2])
  })

  test('holds while somebody does: new ones wait, ended ones stay, rows change in place', () => {
    const order = createHeldOrder()
    worked(order, alerts(1, 2, 3), false)
    const ended = mapOf([consoleAlert({ id: 2, state: 'cleared' })])
    const now = [...alerts(9, 8), consoleAlert({ id: 3, severity: 'critical' }), consoleAlert({ id: 1 })]
    const held = worked(order, now, true, ended)
    expect(rowsOf(held)).toEqual([1, -2, 3])
    expect(held.rows[1]?.alert.state).toBe('cleared')
    expect(held.rows[2]?.alert.severity).toBe('critical')
    expect(idsOf(held.fresh)).toEqual([9, 8])
    expect(held.over).toBe(1)
    // Again the same, and what is over is remembered although nobody else does.
    expect(rowsOf(worked(order, now, true))).toEqual([1, -2, 3])
    order.renew()
    const renewed = worked(order, now, true)
    expect(rowsOf(renewed)).toEqual([9, 8, 3, 1])
    expect([renewed.fresh.length, renewed.over]).toEqual([0, 0])
  })

  test('keeps a row that no longer passes the filter, and is not over', () => {
    const order = createHeldOrder()
    worked(order, alerts(1, 2), false)
    const acknowledged = consoleAlert({ id: 1, state: 'acknowledged' })
    const [kept, other] = [acknowledged, ...alerts(2)]
    if (!other) throw new Error('no other')
    const held = order.arrange({ wanted: [other], current: mapOf([kept, other]), ended: none, isHeld: true })
    expect(rowsOf(held)).toEqual([1, 2])
    expect(held.rows[0]?.alert.state).toBe('acknowledged')
  })

  test('comes back alive where an ended one was opened again', () => {
    const order = createHeldOrder()
    worked(order, alerts(1, 2), false)
    expect(rowsOf(worked(order, alerts(2), true))).toEqual([-1, 2])
    expect(rowsOf(worked(order, alerts(1, 2), true))).toEqual([1, 2])
  })
})

describe('the keys', () => {
  const pressed = (key: string, more = {}) =>
    commandOf({ key, ctrlKey: false, altKey: false, metaKey: false, ...more })

  test('are the list’s own, and never the browser’s', () => {
    expect(pressed('a')).toEqual({ act: 'acknowledge' })
    expect(pressed('j')).toEqual(pressed('ArrowDown'))
    expect(pressed('a', { ctrlKey: true })).toBeUndefined()
    expect(pressed('c', { metaKey: true })).toBeUndefined()
    expect(pressed('toString')).toBeUndefined()
    expect(pressed('Enter')).toBeUndefined()
  })

  test('stop at both ends', () => {
    expect(movedTo('next', 2, 3)).toBe(2)
    expect(movedTo('previous', 0, 3)).toBe(0)
    expect(movedTo('pageDown', 1, 30)).toBe(11)
    expect(movedTo('last', 1, 30)).toBe(29)
    expect(movedTo('first', 9, 30)).toBe(0)
  })
})

test('until tomorrow is until the morning of the city, whatever the clock of the browser', () => {
  const timeZone = 'Asia/Ho_Chi_Minh'
  // 23:30 and 00:30 there.
  expect(durationOf('tomorrow', { now: Date.parse('2026-11-22T16:30:00Z'), timeZone })).toBe('450m')
  expect(durationOf('tomorrow', { now: Date.parse('2026-11-22T17:30:00Z'), timeZone })).toBe('1830m')
  expect(durationOf('shift', { now: 0, timeZone })).toBe('8h')
})
