/** Rules over the API: made, changed and removed, by whom, what is wrong with them, and the dry run. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TryRule } from '../api/rules/routes.ts'
import { LanternError } from '../model/errors.ts'
import { day, hour } from '../model/time.ts'
import { exampleRule, opening } from './alert-examples.ts'
import { type ApiFixture, now, startApiFixture } from './api-fixture.ts'

const iso = (epochMs: number) => new Date(epochMs).toISOString()

/** What the dry run was asked for, and what it answers or raises. */
const trials: Parameters<TryRule>[0][] = []
let answer: Awaited<ReturnType<TryRule>> | LanternError = { readings: 0, complete: true, raised: [] }
let city: ApiFixture
beforeAll(async () => {
  city = await startApiFixture({
    async tryRule(request) {
      trials.push(request)
      if (answer instanceof LanternError) throw answer
      return answer
    },
  })
})
afterAll(() => city.stop())

const water = {
  id: 'deep-water',
  name: 'Deep water',
  title: 'Water stands {value} {unit} high at {place}',
  action: 'Close the street',
  severity: 'critical',
  condition: { type: 'threshold', field: 'waterLevel', above: 0.3, clear: 0.2 },
  scope: { kind: 'street_sensor', areas: ['718'] },
}
type Method = 'POST' | 'PUT' | 'DELETE'
const send = (method: Method, url: string, body?: unknown) =>
  city.ask(method, `/v1/rules${url}`, { role: 'admin', ...(body === undefined ? {} : { body }) })
const lines = async (target: string) =>
  (await city.ask('GET', `/v1/audit?target=${target}`, { role: 'admin' })).json().items

describe('a rule', () => {
  it('is made, read, replaced and removed, each with a line in the audit', async () => {
    const made = await send('POST', '', water)
    const by = city.keyOf('admin').id
    const whole = { ...water, enabled: true, public: false, changedAt: iso(now), changedBy: by }
    expect([made.statusCode, made.json()]).toEqual([201, whole])
    const read = await city.ask('GET', '/v1/rules/deep-water', { role: 'viewer' })
    expect([read.statusCode, read.json()]).toEqual([200, whole])

    city.setTime(now + hour)
    const graver = { ...water, severity: 'major', enabled: false, public: true }
    const changed = await send('PUT', '/deep-water', graver)
    city.setTime(now)
    expect(changed.json()).toEqual({ ...whole, ...graver, changedAt: iso(now + hour) })
    expect(await city.registry.rules()).toMatchObject([{ rule: graver, changedBy: by }])

    await city.registry.changeAlerts([opening('deep-water', 's1')], now)
    expect((await send('DELETE', '/deep-water')).json()).toMatchObject({ id: 'deep-water' })
    expect(await city.registry.openAlerts()).toEqual([])
    for (const [method, body] of [['GET'], ['PUT', water], ['DELETE']] as const) {
      const gone = await city.ask(method, '/v1/rules/deep-water', { role: 'admin', body })
      expect(gone.json(), method).toMatchObject({ code: 'not-found' })
    }
    const audit = await lines('deep-water')
    const said = audit.map(({ what, at, by: who }: Record<string, string>) => [what, at, who])
    expect(said).toEqual([
      ['rule.removed', iso(now), by],
      ['rule.changed', iso(now + hour), by],
      ['rule.made', iso(now), by],
    ])
    expect(audit[1].detail).toMatchObject(graver)
  })

  it('is not made twice, not even by two at once, and not changed into another', async () => {
    const answers = await Promise.all([send('POST', '', water), send('POST', '', water)])
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([201, 409])
    expect((await send('PUT', '/deep-water', { ...water, id: 'other' })).json()).toMatchObject({
      code: 'invalid-request',
      faults: [{ field: 'id', message: 'must be deep-water' }],
    })
    expect((await send('PUT', '/other', { ...water, id: 'other' })).json()).toMatchObject({
      code: 'not-found',
    })
    await send('DELETE', '/deep-water')
  })

  it('is for everyone to read, and for administrators to change', async () => {
    for (const role of ['viewer', 'operator'] as const) {
      expect((await city.ask('GET', '/v1/rules', { role })).statusCode).toBe(200)
      for (const [method, url] of [
        ['POST', '/v1/rules'],
        ['POST', '/v1/rules:test'],
        ['PUT', '/v1/rules/deep-water'],
        ['DELETE', '/v1/rules/deep-water'],
      ] as const)
        expect((await city.ask(method, url, { role, body: water })).json()).toMatchObject({
          code: 'forbidden',
        })
    }
    expect((await city.registry.rules()).length).toBe(0)
  })

  it('is in the list by its id, page by page', async () => {
    for (const id of ['b', 'd', 'a', 'c', 'B'])
      await city.registry.putRule(exampleRule(id), { by: 'key', now })
    const seen: string[] = []
    for (let cursor = ''; ; ) {
      const page = (await city.ask('GET', `/v1/rules?limit=2${cursor}`, { role: 'viewer' })).json()
      seen.push(...page.items.map(({ id }: { id: string }) => id))
      if (page.next === null) break
      cursor = `&cursor=${page.next}`
    }
    expect(seen).toEqual(['B', 'a', 'b', 'c', 'd'])
    for (const id of seen) await send('DELETE', `/${id}`)
  })
})

describe('a wrong rule is refused with the field that is wrong', () => {
  const condition = water.condition
  const wrong: [string, object][] = [
    ['id', { id: 'no spaces' }],
    ['name', { name: '' }],
    ['title', { title: undefined }],
    ['action', { action: 'x'.repeat(1001) }],
    ['severity', { severity: 'minor' }],
    ['enabled', { enabled: 'yes' }],
    ['colour', { colour: 'red' }],
    ['condition.type', { condition: { type: 'feeling' } }],
    ['condition.field', { condition: { ...condition, field: 'fps' } }],
    ['condition.above', { condition: { ...condition, below: 0.1 } }],
    ['condition.above', { condition: { type: 'threshold', field: 'waterLevel' } }],
    ['condition.above', { condition: { ...condition, above: 1e10 } }],
    ['condition.clear', { condition: { ...condition, clear: 0.4 } }],
    ['condition.clear', { condition: { type: 'threshold', field: 'waterLevel', below: 1, clear: 0.5 } }],
    ['condition.forSeconds', { condition: { ...condition, forSeconds: 0 } }],
    ['condition.count.least', { condition: { ...condition, count: { of: 3, least: 4 } } }],
    ['condition.rises', { condition: { type: 'rate', field: 'waterLevel', withinSeconds: 60 } }],
    ['condition.withinSeconds', { condition: { type: 'rate', field: 'waterLevel', rises: 1 } }],
    ['condition.intervals', { condition: { type: 'silence', intervals: 0.5 } }],
    ['condition.faults[0]', { condition: { type: 'health', faults: ['silent'] } }],
    ['condition.faults', { condition: { type: 'health', faults: [] } }],
    ['condition.below', { scope: {}, condition: { type: 'coverage', share: 'working' } }],
    ['scope', { condition: { type: 'coverage', share: 'working', below: 'target' } }],
    ['condition.score', { condition: { type: 'unusual', field: 'waterLevel', score: 1 } }],
    ['scope.kind', { scope: {} }],
    ['scope.kind', { scope: { kind: 'drone' } }],
    ['scope.areas', { scope: { kind: 'street_sensor', areas: [] } }],
    ['schedule.from', { schedule: { from: '25:00' } }],
    ['schedule.days[0]', { schedule: { days: ['monday'] } }],
    ['schedule.timeZone', { schedule: { timeZone: 'Mars/Olympus' } }],
    ['storm.share', { storm: { share: 2 } }],
    ['escalation.afterSeconds', { escalation: { afterSeconds: 1, severity: 'critical' } }],
    ['public', { public: 1 }],
  ]
  it.each(wrong)('%s: %j', async (field, change) => {
    for (const refused of [
      await send('POST', '', { ...water, ...change }),
      await send('PUT', '/deep-water', { ...water, ...change }),
    ]) {
      expect(refused.json()).toMatchObject({ code: 'invalid-request' })
      expect(refused.json().faults.map((fault: { field: string }) => fault.field)).toContain(field)
    }
    const tried = await send('POST', ':test', { rule: { ...water, ...change } })
    expect(tried.json().faults.map((fault: { field: string }) => fault.field)).toContain(`rule.${field}`)
    expect(await city.registry.rules()).toEqual([])
  })

  it('names each area and each device that is not there', async () => {
    const scope = { kind: 'street_sensor', areas: ['718', 'atlantis'], devices: ['nobody', 'c1'] }
    const refused = await send('POST', '', { ...water, scope })
    expect(refused.json()).toMatchObject({
      code: 'invalid-request',
      faults: [
        { field: 'scope.areas[1]', message: 'there is no area atlantis' },
        { field: 'scope.devices[0]', message: 'there is no device nobody' },
      ],
    })
    const tried = await send('POST', ':test', { rule: { ...water, scope } })
    expect(tried.json()).toMatchObject({ code: 'invalid-request' })
  })
})

describe('the dry run', () => {
  it('replays the range that is asked for, the last day unless said, and shows what it raised', async () => {
    const alert = {
      ...({ subjectType: 'device', subject: 'c1', severity: 'major', title: 'c1 is silent' } as const),
      ...{ since: now - hour, openedAt: now - hour + 5, clearedAt: null },
    }
    answer = { readings: 1200, complete: false, raised: [alert, { ...alert, clearedAt: now - 1 }] }
    trials.length = 0
    const shown = {
      ...{ subject: { type: 'device', id: 'c1' }, severity: 'major', title: 'c1 is silent' },
      ...{ since: iso(now - hour), openedAt: iso(now - hour + 5), clearedAt: null },
    }
    expect((await send('POST', ':test', { rule: water })).json()).toEqual({
      ...{ from: iso(now - day), to: iso(now), readings: 1200, complete: false },
      raised: [shown, { ...shown, clearedAt: iso(now - 1) }],
    })
    await send('POST', ':test', { rule: water, from: '2026-03-01T00:00:00+07:00', to: iso(now) })
    expect(trials.map(({ from, to }) => [from, to])).toEqual([
      [now - day, now],
      [Date.parse('2026-02-28T17:00:00Z'), now],
    ])
    expect(trials[0]?.rule).toEqual({ ...water, enabled: true, public: false })
    expect(trials[0]?.signal.aborted).toBe(false)
  })

  it.each([
    ['from', { from: iso(now), to: iso(now) }],
    ['from', { from: iso(now + 1) }],
    ['from', { from: iso(now - 31 * day - 1), to: iso(now) }],
    ['from', { from: 'yesterday' }],
    ['to', { to: '2026-03-01T00:00:00' }],
    ['until', { until: iso(now) }],
  ])('refuses a wrong %s: %j', async (field, range) => {
    trials.length = 0
    const { code, faults } = (await send('POST', ':test', { rule: water, ...range })).json()
    expect([code, faults[0].field]).toEqual(['invalid-request', field])
    expect(trials).toEqual([])
  })

  it('takes the longest range, changes nothing, and leaves no line in the audit', async () => {
    answer = { readings: 0, complete: true, raised: [] }
    const before = [await city.registry.versions(), await lines('deep-water')]
    const longest = { from: iso(now - 31 * day), to: iso(now) }
    expect((await send('POST', ':test', { rule: water, ...longest })).json()).toMatchObject(longest)
    expect([await city.registry.versions(), await lines('deep-water')]).toEqual(before)
  })

  it('says when another is being tried', async () => {
    answer = new LanternError('too-many-requests', 'another rule is being tried')
    const refused = await send('POST', ':test', { rule: water })
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([429, '1'])
  })
})
