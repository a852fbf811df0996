/**
 * What an alert says, in the language of whoever reads it. Titles come from Lantern with their values filled in; those of
 * the default rules are taken apart along the rule's own words and said again in Vietnamese, all others stay as they are.
 */
import type { ShownAlert } from '../../../../model/alert.ts'
import type { Rule } from '../../../../model/rule.ts'
import { alertRules, type RuleWords } from '../words/alert-rules.ts'
import type { Language } from '../words/define.ts'

type Said = Pick<ShownAlert, 'rule' | 'title' | 'action'>

const units: Readonly<Record<string, string>> = { s: 'giây', min: 'phút', h: 'giờ' }
/** What the title of a storm says after its area: "60 of 300, camera silent" (alerts/engine/words.ts). */
const storm = /^(.+): (\d+) of (\d+), (.+)$/

export function titleOf(language: Language, { rule, title, action }: Said): string {
  const words = wordsOf(rule, action)
  if (language === 'en' || !words) return title
  const many = storm.exec(title)
  if (many?.[4] === words.en.name) return `${many[1]}: ${many[2]} trên ${many[3]}, ${words.vi.name}`
  const values = valuesIn(title, words.en.title)
  return values ? filled(words.vi.title, values) : title
}

export function actionOf(language: Language, { rule, action }: Said): string {
  return (language === 'vi' && wordsOf(rule, action)?.vi.action) || action
}

/** What a rule is called: a default rule that still has its own name in the language of the page. */
export function ruleNameOf(language: Language, { id, name }: Pick<Rule, 'id' | 'name'>): string {
  const words = Object.hasOwn(alertRules, id) ? alertRules[id] : undefined
  return words?.en.name === name ? words[language].name : name
}

/** undefined: it is no default rule, or somebody has changed what it says. */
function wordsOf(rule: string, action: string): { en: RuleWords; vi: RuleWords } | undefined {
  const words = Object.hasOwn(alertRules, rule) ? alertRules[rule] : undefined
  return words?.en.action === action ? words : undefined
}

/** The values that filled a template; undefined: the title was not made from it. */
function valuesIn(title: string, template: string): ReadonlyMap<string, string> | undefined {
  const names: string[] = []
  const expression = template
    .split(/(\{\w+\})/)
    .map((part) => {
      const name = /^\{(\w+)\}$/.exec(part)?.[1]
      if (name === undefined) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      names.push(name)
      return name === 'value' || name === 'threshold' ? '(-?[\\d.]+)' : '(.*?)'
    })
    .join('')
  // Two blanks become one where a value had no unit.
  const match = new RegExp(`^${expression.replaceAll('(.*?) ', '(.*?) ?')}$`).exec(title)
  return match ? new Map(names.map((name, index) => [name, match[index + 1] ?? ''])) : undefined
}

function filled(template: string, values: ReadonlyMap<string, string>): string {
  const text = template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values.get(name) ?? ''
    if (name === 'unit') return units[value] ?? value
    return name === 'value' || name === 'threshold' ? value.replace('.', ',') : value
  })
  return text.replace(/ {2,}/g, ' ').trim()
}
