/** The arithmetic of the console's streets: what is usual at an hour, what is unusual, and the order it is shown in. */
import { describe, expect, test } from 'vitest'
import { lineOf, stretches } from '../dashboards/console/page/charts/small-line.ts'
import { compare, rounded } from '../dashboards/console/page/streets/compared.ts'
import { limitOf } from '../dashboards/console/page/streets/limits.ts'
import {
  environmentMeasures,
  type Measure,
  trafficMeasures,
} from '../dashboards/console/page/streets/measures.ts'
import {
  combined,
  dayStartOf,
  judge,
  offsetIn,
  type Point,
  sameTimeBefore,
  together,
  usualAt,
  usualDay,
  valueAt,
} from '../dashboards/console/page/streets/usual.ts'
import { shortNames } from '../dashboards/console/page/words/short-names.ts'
import { streets } from '../dashboards/console/page/words/streets.ts'
import { kinds } from '../model/kinds.ts'
import { rule } from '../model/rule.ts'
import { day, hour, minute } from '../model/time.ts'

const hanoi = offsetIn('Asia/Ho_Chi_Minh')
/** Noon in Hà Nội. */
const noon = Date.parse('2026-01-31T05:00:00Z')
const [flow] = trafficMeasures as readonly [Measure, ...Measure[]]

const point = (time: number, value: number, count = 1): Point => ({ time, value, count })
/** Each hour of the days before `until` has the value that `valueOn` gives. */
function hoursBefore(until: number, days: number, valueOn: (daysAgo: number, hourOfDay: number) => number) {
  const hours = new Map<number, number>()
  const start = dayStartOf(until, hanoi)
  for (let ago = 1; ago <= days; ago++)
    for (let of = 0; of < 24; of++) hours.set(start - ago * day + of * hour, valueOn(ago, of))
  return hours
}

describe('several windows as one', () => {
  test('means weigh as many readings as they are made of', () => {
    expect(combined([point(0, 10, 3), point(1, 20, 1)], 'mean')).toBe(12.5)
    expect(combined([point(0, 10, 3), point(1, 20, 1)], 'max')).toBe(20)
    expect(combined([], 'mean')).toBeUndefined()
  })

  test('the city is made of its districts, moment by moment', () => {
    const districts = [[point(0, 10, 1), point(1, 30, 1)], [point(1, 10, 3)]]
    expect(together(districts, 'mean')).toEqual([point(0, 10, 1), point(1, 15, 4)])
    expect(together(districts, 'max').at(1)?.value).toBe(30)
  })
})

describe('the usual', () => {
  test('is the median of the earlier days at the same time of day', () => {
    const hours = hoursBefore(noon, 5, (ago) => [0, 10, 12, 50, 11, 9][ago] ?? 0)
    expect(usualAt(hours, noon, hanoi)).toMatchObject({ median: 11, lowest: 9, highest: 50, days: 5 })
  })

  test('of an even number of days lies between the two in the middle', () => {
    expect(
      usualAt(
        hoursBefore(noon, 2, (ago) => ago * 10),
        noon,
        hanoi,
      )?.median,
    ).toBe(15)
  })

  test('lies between two hours, as the time does', () => {
    const hours = new Map([
      [noon, 10],
      [noon + hour, 30],
    ])
    expect(valueAt(hours, noon + hour / 2)).toBe(10)
    expect(valueAt(hours, noon + hour)).toBe(20)
    expect(valueAt(hours, noon + 1.25 * hour)).toBe(25)
    // The neighbour is not known: then it is that of the hour itself.
    expect(valueAt(hours, noon + 0.1 * hour)).toBe(10)
    expect(valueAt(hours, noon - 1)).toBeUndefined()
  })

  test('is not known without an earlier day, and today is none', () => {
    const today = new Map([[noon, 10]])
    expect(usualAt(today, noon + minute, hanoi)).toBeUndefined()
  })

  test('is that of days of its kind, among 14, once there are three of them', () => {
    // Noon is on a Saturday: 1 day ago was a Friday, 6 and 7 days ago were a Sunday and a Saturday.
    const weekends = new Set([6, 7, 13, 14])
    const hours = (days: number) => hoursBefore(noon, days, (ago) => (weekends.has(ago) ? 10 : 50))
    expect(usualAt(hours(20), noon, hanoi)).toMatchObject({ median: 10, days: 4 })
    expect(usualAt(hours(12), noon, hanoi)).toMatchObject({ median: 50, days: 12 })
    expect(usualAt(hours(20), noon - day, hanoi)).toMatchObject({ median: 50, days: 10 })
  })

  test('is the same time by the clocks, also where they were changed', () => {
    const berlin = offsetIn('Europe/Berlin')
    const after = Date.parse('2026-03-30T06:00:00Z')
    expect(new Date(sameTimeBefore(after, 2, berlin)).toISOString()).toBe('2026-03-28T07:00:00.000Z')
    expect(sameTimeBefore(noon, 3, hanoi)).toBe(noon - 3 * day)
  })

  test('over a day has a value for each hour that an earlier day had', () => {
    const usual = usualDay(
      hoursBefore(noon, 3, (_, of) => of),
      dayStartOf(noon, hanoi),
      hanoi,
    )
    expect(usual).toHaveLength(25)
    expect(usual[12]?.median).toBeCloseTo(11.5)
  })

  test('a day begins at the city’s midnight', () => {
    expect(new Date(dayStartOf(noon, hanoi)).toISOString()).toBe('2026-01-30T17:00:00.000Z')
    const berlin = offsetIn('Europe/Berlin')
    const changed = Date.parse('2026-03-29T12:00:00Z')
    expect(new Date(dayStartOf(changed, berlin)).toISOString()).toBe('2026-03-28T23:00:00.000Z')
  })
})

describe('whether now is unusual', () => {
  const usual = { median: 20, lowest: 18, highest: 22, days: 5, scatter: 1.5 }

  test('it is from three times the scatter of the days on', () => {
    expect(judge(24.4, usual, 1)).toMatchObject({ side: 'above', isUnusual: false })
    expect(judge(24.6, usual, 1)).toMatchObject({ side: 'above', isUnusual: true })
    expect(judge(15, usual, 1)).toMatchObject({ difference: -5, side: 'below', isUnusual: true })
  })

  test('days that do not differ at all do not make a trifle unusual', () => {
    const same = { ...usual, scatter: 0 }
    expect(judge(20.9, same, 1)).toMatchObject({ side: 'same', isUnusual: false })
    expect(judge(22.9, same, 1)).toMatchObject({ side: 'above', isUnusual: false })
    expect(judge(23.1, same, 1).isUnusual).toBe(true)
  })

  test('two days do not show how much days differ', () => {
    expect(judge(90, { ...usual, days: 2 }, 1)).toMatchObject({ side: 'above', isUnusual: false })
  })
})

describe('what is shown of a measure', () => {
  const group = (id: string, now: number | undefined, usual: number, days = 5) => ({
    id,
    name: id,
    now,
    recent: [point(noon - 13 * hour, 99), point(noon - 30 * minute, 5), point(noon - minute, 6)],
    hours: hoursBefore(noon, days, () => usual),
  })
  const measured = (groups: ReturnType<typeof group>[]) => ({
    at: noon,
    all: { ...group('all', 20, 20), id: null },
    groups,
  })
  const shown = (groups: ReturnType<typeof group>[], scale = 1) =>
    compare(measured(groups), flow, { offsetAt: hanoi, scale })

  test('the unusual come first, the furthest before all; then the highest; what is silent last', () => {
    const groups = [
      group('silent', undefined, 20),
      group('calm', 21, 20),
      group('busy', 40, 39),
      group('low', 10, 20),
      group('high', 50, 20),
      group('young', 90, 20, 1),
    ]
    expect(shown(groups).groups.map(({ id }) => id)).toEqual([
      'high',
      'low',
      'young',
      'busy',
      'calm',
      'silent',
    ])
  })

  test('today begins at midnight, each window drawn in the middle of what has passed of it', () => {
    const { all, span } = shown([group('one', 20, 20)])
    expect(span).toEqual({ from: noon - 12 * hour, to: noon + 12 * hour })
    expect(all.today.map(({ time }) => time)).toEqual([noon - 22.5 * minute, noon - minute / 2])
  })

  test('all are on one scale of round numbers', () => {
    expect(shown([group('one', 20, 20), group('two', 63, 64)]).range).toEqual([0, 70])
    expect(rounded([28.2, 41.8])).toEqual([28, 42])
    expect(rounded([0, 0.1])).toEqual([0, 0.1])
  })

  test('counts of an interval become those of a minute, the usual too', () => {
    const { all } = shown([group('one', 20, 20)], 0.5)
    expect(all.now).toBe(10)
    expect(all.usual?.median).toBe(10)
  })

  test('without an earlier day nothing is judged', () => {
    expect(shown([group('new', 20, 20, 0)]).groups[0]).toMatchObject({
      usual: undefined,
      judgement: undefined,
    })
  })
})

describe('names and limits', () => {
  test('what kind of area it is may go where names stay apart', () => {
    const names = [
      'Thành phố Tân Uyên',
      'Huyện Bắc Tân Uyên',
      'Thành phố Cao Lãnh',
      'Huyện Cao Lãnh',
      'Quận 1',
    ]
    expect([...shortNames(names).values()]).toEqual([
      'Tân Uyên',
      'Bắc Tân Uyên',
      'Thành phố Cao Lãnh',
      'Huyện Cao Lãnh',
      'Quận 1',
    ])
  })

  test('a limit is the lowest of the city’s own rules that are on', () => {
    const ruleOf = (above: number, enabled = true) =>
      rule.parse({
        id: `air-${above}`,
        name: `over ${above}`,
        title: 'Air',
        action: 'Look',
        severity: 'warning',
        enabled,
        condition: { type: 'threshold', field: 'pm25', above },
        scope: { kind: 'street_sensor' },
      })
    const rules = { items: [ruleOf(150), ruleOf(100), ruleOf(50, false)] }
    const of = (name: Measure['name']) =>
      environmentMeasures.filter((one) => one.name === name).map((one) => limitOf(rules, one))
    expect(of('pm25')).toEqual([{ above: 100, rule: { id: 'air-100', name: 'over 100' } }])
    expect(of('noise')).toEqual([undefined])
    expect(limitOf(undefined, flow)).toBeUndefined()
  })

  test('each measure is of a field that its kind has, and every field has words in both languages', () => {
    const fieldsOf = (name: string) =>
      kinds.find((kind) => kind.name === name)?.fields.map((field) => field.name) ?? []
    for (const { kind, field } of [...trafficMeasures, ...environmentMeasures])
      expect(fieldsOf(kind)).toContain(field)
    const all = kinds.flatMap(({ fields }) => fields.map(({ name }) => name)).toSorted()
    for (const { fields } of Object.values(streets)) expect(Object.keys(fields).toSorted()).toEqual(all)
  })
})

describe('a small line', () => {
  test('breaks where data is missing', () => {
    const parts = stretches(
      [0, 15, 30, 90, 105].map((at) => ({ time: at })),
      25,
    )
    expect(parts.map((part) => part.map(({ time }) => time))).toEqual([
      [0, 15, 30],
      [90, 105],
    ])
  })

  test('goes from the lower left to the upper right, and a single value is a dot', () => {
    const onto = { span: { from: 0, to: 100 }, range: [0, 10] as const }
    expect(
      lineOf(
        [
          { time: 0, value: 0 },
          { time: 100, value: 10 },
        ],
        onto,
      ),
    ).toBe('M0.0 60.0L240.0 0.0')
    expect(lineOf([{ time: 50, value: 5 }], onto)).toBe('M120.0 30.0h0')
  })
})
