/**
 * What Grafana does with a query before InfluxDB sees it, as far as the dashboards use it: variables with their formats and
 * "All" (https://grafana.com/docs/grafana/latest/dashboards/variables/variable-syntax/), `$timeFilter`, `$__interval` and
 * the global `${__from}` and `${__to}` (https://grafana.com/docs/grafana/latest/dashboards/variables/add-template-variables/,
 * "Global variables"), and what a variable's regular expression makes of its answers ("Filter variables with regex").
 */
import type { VariableJson } from './grafana-json.ts'

/** What is chosen of a variable: values, or everything. */
export type Choice = readonly string[] | 'all'

export interface Situation {
  /** Epoch ms. */
  readonly from: number
  readonly to: number
  /** Such as 5m. */
  readonly interval: string
  readonly choices: ReadonlyMap<string, Choice>
  readonly variables: readonly VariableJson[]
}

const reference = /\$(\w+)|\$\{(\w+)(?::(\w+))?\}/g

/** Raises for what Grafana would leave as it stands: a variable that there is not. */
export function interpolate(query: string, situation: Situation): string {
  const { from, to, interval } = situation
  const builtIn = new Map([
    ['timeFilter', `time >= ${from}ms and time <= ${to}ms`],
    ['__interval', interval],
    ['__from', String(from)],
    ['__to', String(to)],
  ])
  return query.replaceAll(reference, (written, bare?: string, braced?: string, format?: string) => {
    const name = bare ?? braced ?? ''
    const value = builtIn.get(name) ?? chosenFor(name, format, situation)
    if (value === undefined) throw new Error(`${written} is nothing that Grafana fills: ${query}`)
    return value
  })
}

function chosenFor(name: string, format: string | undefined, situation: Situation): string | undefined {
  const variable = situation.variables.find((one) => one.name === name)
  if (!variable) return undefined
  if (variable.type === 'constant') return String(variable.query)
  const choice = situation.choices.get(name)
  if (choice === undefined) throw new Error(`nothing is chosen for ${name}`)
  // A custom value for "All" is put in as it is, whatever the format.
  if (choice === 'all') return variable.allValue
  if (format === 'regex') {
    const escaped = choice.map((value) => value.replaceAll(/[\\^$*+?.()|[\]{}/]/g, '\\$&'))
    return escaped.length === 1 ? escaped[0] : `(${escaped.join('|')})`
  }
  if (format !== undefined || variable.multi) throw new Error(`${name} is not to be put in so: ${format}`)
  return choice[0]
}

/** The choices that Grafana offers: what the named groups `text` and `value` of the expression take out of each answer. */
export function optionsOf(
  { regex }: VariableJson,
  answers: readonly string[],
): { text: string; value: string }[] {
  if (!regex) return answers.map((answer) => ({ text: answer, value: answer }))
  const [, pattern = ''] = /^\/(.*)\/$/.exec(regex) ?? []
  return answers.flatMap((answer) => {
    const groups = new RegExp(pattern).exec(answer)?.groups
    return groups ? [{ text: groups.text ?? '', value: groups.value ?? '' }] : []
  })
}
