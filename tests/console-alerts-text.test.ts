/** The default rules in Vietnamese: each is there, its English is the rule's own, and what was rendered is said again with its values. */
import { describe, expect, test } from 'vitest'
import { defaultRules } from '../alerts/default-rules.ts'
import type { SubjectFacts } from '../alerts/engine/city.ts'
import { stormTitleOf, titleOf as titleFrom } from '../alerts/engine/words.ts'
import { actionOf, titleOf } from '../dashboards/console/page/alerts/alert-text.ts'
import { alertRules } from '../dashboards/console/page/words/alert-rules.ts'
import type { Rule } from '../model/rule.ts'

const subject: SubjectFacts = {
  ...{ type: 'device', id: 'cam-1', name: 'Camera cổng chính', kind: 'camera' },
  ...{ longitude: null, latitude: null, place: 'market-1', placeName: 'Chợ Vĩnh Phú 2', placeType: 'market' },
  areas: [
    { code: '1', name: 'Phường Vĩnh Phú', level: 'commune' },
    { code: '2', name: 'Thành phố Thuận An', level: 'district' },
  ],
}
const area: SubjectFacts = { ...subject, type: 'area', id: '2', name: 'Thành phố Thuận An' }
const subjectOf = ({ condition }: Rule) => (condition.type === 'coverage' ? area : subject)
const newest = { observedAt: 0, field: '', value: 0.925 }
const placeholders = (text: string) => new Set([...text.matchAll(/\{\w+\}/g)].map(([found]) => found))

describe('the words of the default rules', () => {
  test('are there for each of them and no other, in the English of the rule', () => {
    const english = Object.entries(alertRules).map(([id, { en }]) => ({ id, ...en }))
    expect(english).toEqual(defaultRules.map(({ id, name, title, action }) => ({ id, name, title, action })))
  })

  test('say in Vietnamese something else, with the same values', () => {
    for (const [id, { en, vi }] of Object.entries(alertRules)) {
      expect(placeholders(vi.title), id).toEqual(placeholders(en.title))
      for (const name of ['name', 'title', 'action'] as const) expect(vi[name], id).not.toBe(en[name])
    }
  })
})

describe('an alert', () => {
  test.each(defaultRules.map((rule) => [rule.id, rule] as const))('of %s is said in both', (id, rule) => {
    const title = titleFrom({ rule, subject: subjectOf(rule), newest, limit: 0.7 })
    const alert = { rule: id, title, action: rule.action }
    expect(titleOf('en', alert)).toBe(title)
    expect(actionOf('en', alert)).toBe(rule.action)
    expect(actionOf('vi', alert)).toBe(alertRules[id]?.vi.action)
    const said = titleOf('vi', alert)
    expect(said).not.toBe(title)
    expect(said).toContain('Thuận An'.repeat(rule.title.includes('{area}') ? 1 : 0))
    expect(said).not.toMatch(/[{}]| {2}|undefined/)
    if (rule.title.includes('{place}')) expect(said).toContain('Chợ Vĩnh Phú 2')
    if (rule.title.includes('{subject}')) expect(said).toContain('Camera cổng chính')
  })

  test('has its values as Vietnamese writes them', () => {
    const silent = defaultRules.find(({ id }) => id === 'camera-silent')
    const flooded = defaultRules.find(({ id }) => id === 'street-flooded')
    if (!silent || !flooded) throw new Error('a default rule is gone')
    const minutes = titleFrom({ rule: silent, subject, newest: { ...newest, value: 180 }, limit: undefined })
    expect(titleOf('vi', { rule: silent.id, title: minutes, action: silent.action })).toBe(
      'Camera cổng chính tại Chợ Vĩnh Phú 2, Phường Vĩnh Phú, Thành phố Thuận An đã mất liên lạc 3 phút',
    )
    const water = titleFrom({ rule: flooded, subject, newest: { ...newest, value: 0.45 }, limit: undefined })
    expect(titleOf('vi', { rule: flooded.id, title: water, action: flooded.action })).toBe(
      'Nước ngập 0,45 m trên mặt đường tại Chợ Vĩnh Phú 2, Phường Vĩnh Phú, Thành phố Thuận An',
    )
  })

  test('that stands for many says how many', () => {
    for (const rule of defaultRules.filter(({ storm }) => storm)) {
      const title = stormTitleOf(rule, area, 60, 300)
      expect(titleOf('vi', { rule: rule.id, title, action: rule.action })).toBe(
        `Thành phố Thuận An: 60 trên 300, ${alertRules[rule.id]?.vi.name}`,
      )
    }
  })

  test('of a rule that somebody changed, or of the city itself, keeps its own words', () => {
    const own = { rule: 'camera-silent', title: 'Cam A is away', action: 'Call Minh.' }
    expect(titleOf('vi', own)).toBe('Cam A is away')
    expect(actionOf('vi', own)).toBe('Call Minh.')
    expect(actionOf('vi', { ...own, rule: 'constructor' })).toBe('Call Minh.')
    const action = defaultRules.find(({ id }) => id === 'camera-silent')?.action ?? ''
    expect(titleOf('vi', { ...own, action })).toBe('Cam A is away')
  })
})
