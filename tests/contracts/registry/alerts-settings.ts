/** Rules, subscriptions, the audit, and how long all is kept: part of the registry's contract. */
import { describe, expect, it } from 'vitest'
import { exampleRule, opening, stepping, subscribing } from '../../alert-examples.ts'
import { type RegistrySubject, raised } from './subject.ts'

const day = 86_400_000

export function alertSettingsContract(subject: RegistrySubject): void {
  describe('rules', () => {
    it('are kept whole, replaced and removed, each time with a new version', async () => {
      const full = exampleRule('deep-water', {
        ...{ scope: { kind: 'street_sensor', areas: ['d1'], placeTypes: ['road'] }, public: true },
        condition: { type: 'threshold', field: 'waterLevel', above: 0.3, clear: 0.2, forSeconds: 60 },
        ...{ schedule: { from: '06:00', to: '22:00', days: ['mon'], timeZone: 'Asia/Ho_Chi_Minh' } },
        ...{ storm: { share: 0.5, least: 3, withinSeconds: 60 } },
        ...{ escalation: { afterSeconds: 600, severity: 'critical' } },
      })
      const first = await subject.registry.putRule(full, { by: 'k1', now: 5, isNew: true })
      expect(first).toEqual({ rule: full, version: 1, changedAt: 5, changedBy: 'k1' })
      const plain = await subject.registry.putRule(exampleRule('dark'), { by: 'k2', now: 6 })
      await subject.reopen()
      expect(await subject.registry.rules()).toEqual([plain, first])
      expect((await subject.registry.versions()).rules).toBe(plain.version)

      const off = exampleRule('dark', { enabled: false })
      const again = await subject.registry.putRule(off, { by: 'k3', now: 7, isNew: false })
      expect(again).toMatchObject({ rule: off, changedBy: 'k3' })
      expect(again.version).toBeGreaterThan(plain.version)
      await subject.registry.removeRule('deep-water', { by: 'k', now: 8 })
      expect(await subject.registry.rules()).toEqual([again])
      expect((await subject.registry.versions()).rules).toBeGreaterThan(again.version)
    })

    it('are new or not, as they are said to be', async () => {
      const put = (isNew: boolean) => subject.registry.putRule(exampleRule('r'), { by: 'k', now: 1, isNew })
      expect((await raised(put(false))).code).toBe('not-found')
      await put(true)
      const { rules } = await subject.registry.versions()
      expect((await raised(put(true))).code).toBe('conflict')
      expect((await subject.registry.versions()).rules).toBe(rules)
    })
  })

  describe('subscriptions', () => {
    it('are kept whole, changed and removed; their secrets are apart', async () => {
      const input = subscribing({
        ...{ channel: { type: 'email', to: ['ops@city.example'] }, digestSeconds: 300 },
        filter: {
          areas: ['d1'],
          kinds: ['camera'],
          rules: ['r'],
          severities: ['major'],
          placeTypes: ['park'],
        },
      })
      const made = await subject.registry.addSubscription({
        id: 's',
        input,
        secret: 'sesame',
        by: 'k',
        now: 5,
      })
      expect(made).toEqual({ ...input, id: 's', createdBy: 'k', createdAt: 5 })
      const { rules } = await subject.registry.versions()
      await subject.reopen()
      expect(await subject.registry.subscriptions()).toEqual([made])
      expect(await subject.registry.subscriptionSecret('s')).toBe('sesame')

      const changed = await subject.registry.changeSubscription('s', subscribing(), { by: 'm', now: 9 })
      expect(changed).toEqual({ ...subscribing(), id: 's', createdBy: 'k', createdAt: 5 })
      expect(await subject.registry.subscriptionSecret('s')).toBe('sesame')
      expect((await subject.registry.versions()).rules).toBeGreaterThan(rules)
      await subject.registry.removeSubscription('s', { by: 'm', now: 9 })
      expect(await subject.registry.subscriptions()).toEqual([])
    })

    it('are not found where they are not, and not made twice', async () => {
      const made = { id: 's', input: subscribing(), secret: 'one', by: 'k', now: 5 }
      await subject.registry.addSubscription(made)
      const twice = subject.registry.addSubscription({ ...made, secret: 'two' })
      expect((await raised(twice)).code).toBe('conflict')
      expect(await subject.registry.subscriptionSecret('s')).toBe('one')
      const by = { by: 'k', now: 1 }
      for (const lost of [
        subject.registry.subscriptionSecret('t'),
        subject.registry.changeSubscription('t', subscribing(), by),
        subject.registry.removeSubscription('t', by),
      ])
        expect((await raised(lost)).code).toBe('not-found')
    })
  })

  describe('the audit', () => {
    const line = (at: number, target: string) => ({
      at,
      by: 'k',
      what: 'rule.changed',
      target,
      detail: '{"enabled":false}',
    })

    it('is read newest first, of all or of one target, in pages', async () => {
      for (const [at, target] of ['r', 's', 'r', 'r'].entries())
        await subject.registry.audit(line(at, target))
      const first = await subject.registry.audits({ limit: 2, target: 'r' })
      expect(first).toEqual({
        items: [
          { id: 4, ...line(3, 'r') },
          { id: 3, ...line(2, 'r') },
        ],
        next: 3,
      })
      expect((await subject.registry.audits({ limit: 2, target: 'r', before: 3 })).items).toEqual([
        { id: 1, ...line(0, 'r') },
      ])
      expect((await subject.registry.audits({ limit: 9 })).items.map(({ id }) => id)).toEqual([4, 3, 2, 1])
    })

    it('is kept for 400 days', async () => {
      await subject.registry.audit(line(0, 'r'))
      await subject.registry.audit(line(day, 'r'))
      expect(await subject.registry.tidyAlerts(400 * day)).toBe(0)
      expect(await subject.registry.tidyAlerts(400 * day + 1)).toBe(1)
      expect((await subject.registry.audits({ limit: 9 })).items).toMatchObject([{ at: day }])
    })
  })

  it('cleared alerts are kept for 400 days, with their history; then all of them goes, in any number', async () => {
    const many = Array.from({ length: 1200 }, (_, index) => `d${index}`)
    const area = { subjectType: 'area' } as const
    await subject.registry.putCity({
      areas: [{ ...area1, code: 'stays' }],
      places: [],
    })
    await subject.registry.changeAlerts(
      [
        ...many.map((id) => opening('r', id)),
        ...many.map((id) => stepping(`r ${id}`, 'cleared', { at: 0 })),
        opening('r', 'stays', area),
        opening('s', 'stays', area),
        stepping('s stays', 'cleared', { at: 1 }),
      ],
      1,
    )
    expect(await subject.registry.tidyAlerts(400 * day)).toBe(0)
    expect(await subject.registry.tidyAlerts(400 * day + 1)).toBe(1200)
    const { items } = await subject.registry.alerts({ limit: 1000 })
    expect(items.map(({ id }) => id)).toEqual([1202, 1201])
    const steps = await subject.registry.alertSteps({ limit: 1000 })
    expect(steps.map(({ alert }) => alert)).toEqual([1201, 1202, 1202])
    expect((await subject.registry.alerts({ limit: 9, area: 'd1' })).items).toHaveLength(2)
  })
}

const area1 = { name: 'An area', level: 'district', parent: null, population: null, boundary: null }
