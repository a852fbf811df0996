/**
 * Every query of every dashboard, its variables and its marks, run against a real InfluxDB that a city has filled: each must
 * return what its panel promises, with everything chosen, with one district, and with one type of place. A panel that shows
 * nothing is a defect.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { grafana } from '../dashboards/grafana/build/names.ts'
import type { Promised, Query } from '../dashboards/grafana/build/query.ts'
import { dashboards } from '../dashboards/grafana/dashboards.ts'
import { hour } from '../model/time.ts'
import { bucket, type FilledCity, fillCity } from './support/grafana-city.ts'
import { type Choice, interpolate, optionsOf, type Situation } from './support/grafana-interpolation.ts'
import {
  asking,
  committed,
  type DashboardJson,
  linksOf,
  type PanelJson,
  type TargetJson,
  type VariableJson,
} from './support/grafana-json.ts'
import { ask, seriesOf, tableOf } from './support/grafana-query.ts'
import { hasInfluxd, type Influxd, needsInfluxd, startInfluxd } from './support/influxd.ts'
import { temporaryFolder } from './support/temporary.ts'

const built = new Map(dashboards().map((board) => [board.dashboard.uid, board]))

/** The variables as they would be chosen; the bucket is the test's own, which the hidden variable is for. */
const variablesOf = ({ templating }: DashboardJson): VariableJson[] =>
  templating.list.map((variable) => (variable.name === 'bucket' ? { ...variable, query: bucket } : variable))

describe.skipIf(!hasInfluxd)(`dashboards' queries (${needsInfluxd})`, { timeout: 60_000 }, () => {
  let influxd: Influxd
  let city: FilledCity

  beforeAll(async () => {
    influxd = await startInfluxd()
    city = await fillCity({ influxd, dataDir: temporaryFolder() })
  }, 180_000)
  afterAll(() => influxd?.remove())

  const run = (query: string) => ask({ url: influxd.url, database: bucket, query })

  function situation(dashboard: DashboardJson, chosen: Readonly<Record<string, Choice>> = {}): Situation {
    const choices = new Map<string, Choice>([
      ['district', 'all'],
      ['place_type', 'all'],
      ['place', [city.place.id]],
      ['device', 'all'],
      ['target', ['0.7']],
      ...Object.entries(chosen),
    ])
    return {
      from: city.end - 3 * hour,
      to: city.end,
      interval: '5m',
      choices,
      variables: variablesOf(dashboard),
    }
  }

  /** What is wrong with the answer to one query; empty: it keeps its promise. */
  async function faults(
    target: TargetJson,
    promised: Promised,
    where: Situation,
    districts: readonly string[],
  ) {
    const result = await run(interpolate(target.query, where))
    const names = (found: readonly unknown[]) => [...new Set(found)].toSorted()
    if (target.resultFormat === 'time_series') {
      const series = seriesOf(result, target.alias ?? '')
      if (series.length === 0) return ['no series has a value']
      if (!('districts' in promised)) return []
      const found = names(series.map(({ tags }) => tags[promised.districts]))
      return found.join() === districts.toSorted().join() ? [] : [`districts: ${found.join(', ')}`]
    }
    const table = tableOf(result)
    if (table.length === 0) return ['no rows']
    if ('districts' in promised) {
      const found = names(table.map((row) => row[promised.districts]))
      return found.join() === districts.toSorted().join() ? [] : [`districts: ${found.join(', ')}`]
    }
    if (promised.rows === 'some') return []
    const empty = Object.entries(table[0] ?? {}).filter(([, value]) => value === null)
    return [
      ...(table.length > 1 ? [`${table.length} rows`] : []),
      ...empty.map(([column]) => `nothing in ${column}`),
    ]
  }

  const queriesOf = (dashboard: DashboardJson) =>
    asking(dashboard).flatMap((panel) => {
      const promised = built.get(dashboard.uid)?.queries.get(panel.id) ?? []
      return panel.targets.map((target, index) => ({ panel, target, query: promised[index] }))
    })

  async function check(
    dashboard: DashboardJson,
    chosen: Readonly<Record<string, Choice>>,
    districts: readonly string[],
  ) {
    const broken: string[] = []
    for (const { panel, target, query } of queriesOf(dashboard)) {
      const where = { ...situation(dashboard, chosen), interval: panel.interval ?? '5m' }
      for (const fault of await faults(target, promiseOf(query), where, districts))
        broken.push(`${panel.title} ${target.refId}: ${fault}\n  ${interpolate(target.query, where)}`)
    }
    expect(broken).toEqual([])
  }

  const named = (codes: readonly string[]) =>
    city.districts.filter(({ code }) => codes.includes(code)).map(({ name }) => name)
  const all = () => city.districts.map(({ code }) => code)

  for (const dashboard of committed)
    describe(dashboard.title, () => {
      test('with everything chosen', () => check(dashboard, {}, named(all())))

      test('with one district', () => check(dashboard, { district: ['718'] }, named(['718'])))

      test('with two districts and one type of place', () =>
        check(dashboard, { district: ['718', '725'], place_type: [city.place.type] }, named(['718', '725'])))

      test('each choice that a variable offers comes from the city, and is a name for people', async () => {
        for (const variable of variablesOf(dashboard).filter(({ type }) => type === 'query')) {
          const query = typeof variable.query === 'string' ? variable.query : variable.query.query
          const result = await run(interpolate(query, situation(dashboard)))
          const answers = result.flatMap(({ values }) => values.map((row) => String(row[1])))
          expect(optionsOf(variable, answers).toSorted(byValue), variable.name).toEqual(
            expectedOptions(variable.name).toSorted(byValue),
          )
        }
      })

      test('marks on the charts have a text', async () => {
        for (const { target } of dashboard.annotations.list) {
          const [series] = await run(interpolate(target.query, situation(dashboard)))
          expect(series?.columns).toEqual(['time', 'title'])
          expect(series?.values.length).toBeGreaterThan(0)
        }
      })

      test('columns that settings and links name are there', async () => {
        const lost: string[] = []
        for (const panel of asking(dashboard)) {
          const there = await columnsOf(panel, situation(dashboard))
          for (const { matcher } of panel.fieldConfig.overrides)
            if (matcher.id === 'byName' && !there.has(matcher.options))
              lost.push(`${panel.title}: ${matcher.options}`)
          for (const { url } of linksOf(panel)) {
            for (const [, column = ''] of url.matchAll(/__data\.fields\["([^"]+)"\]/g))
              if (!there.has(column)) lost.push(`${panel.title}: ${url} reads ${column}`)
            for (const [, tag = ''] of url.matchAll(/__field\.labels\.(\w+)/g))
              if (!there.has(`label ${tag}`)) lost.push(`${panel.title}: ${url} reads the label ${tag}`)
          }
          for (const { id, options } of panel.transformations)
            if (id === 'joinByField' && !there.has(String(options.byField)))
              lost.push(`${panel.title}: joined by ${options.byField}`)
        }
        expect(lost).toEqual([])
      })
    })

  /** Columns of tables, names of series, and `label <tag>` for the tags of series. */
  async function columnsOf(panel: PanelJson, where: Situation): Promise<Set<string>> {
    const there = new Set<string>()
    for (const target of panel.targets) {
      const query = interpolate(target.query, { ...where, interval: panel.interval ?? '5m' })
      const result = await run(query)
      if (target.resultFormat === 'table')
        for (const name of Object.keys(tableOf(result)[0] ?? {})) there.add(name)
      else
        for (const { name, tags } of seriesOf(result, target.alias ?? '')) {
          there.add(name)
          for (const tag of Object.keys(tags)) there.add(`label ${tag}`)
        }
    }
    return there
  }

  function expectedOptions(variable: string): { text: string; value: string }[] {
    const same = (values: Iterable<string>) => [...new Set(values)].map((value) => ({ text: value, value }))
    const offered: Readonly<Record<string, () => { text: string; value: string }[]>> = {
      district: () => city.districts.map(({ code, name }) => ({ text: name, value: code })),
      place_type: () => same(city.places.map(({ type }) => type)),
      place: () => city.places.map(({ id, name }) => ({ text: name, value: id })),
      device: () => same(city.devices.filter(({ place }) => place === city.place.id).map(({ id }) => id)),
      target: () => same(['0.7']),
    }
    const options = offered[variable]
    if (!options) throw new Error(`what should ${variable} offer?`)
    return options()
  }

  test('a query that returns nothing, and one with too many rows, break their promises', async () => {
    const [dashboard] = committed
    if (!dashboard) throw new Error('no dashboard')
    const where = situation(dashboard)
    const target = (query: string): TargetJson => ({
      ...{ refId: 'A', datasource: { type: 'influxdb', uid: 'x' }, query, rawQuery: true },
      resultFormat: 'table',
    })
    const place = `"${grafana('bucket')}"."place"`
    const nothing = target(`SELECT "state" FROM ${place} WHERE "district" = 'none' AND $timeFilter`)
    expect(await faults(nothing, { rows: 'some' }, where, [])).toEqual(['no rows'])
    const many = target(`SELECT "state" FROM ${place} WHERE $timeFilter`)
    expect(await faults(many, { rows: 'one' }, where, [])).toEqual([expect.stringMatching(/^\d+ rows$/)])
    await expect(faults(target('SELECT $nonsense'), { rows: 'one' }, where, [])).rejects.toThrow('$nonsense')
    await expect(faults(target('SELECT nothing'), { rows: 'one' }, where, [])).rejects.toThrow(
      'error parsing',
    )
  })
})

const byValue = (a: { value: string }, b: { value: string }) => a.value.localeCompare(b.value)

function promiseOf(query: Query | undefined): Promised {
  if (!query) throw new Error('the committed JSON has a query that the code has not: run `npm run docs`')
  return query.promises
}
