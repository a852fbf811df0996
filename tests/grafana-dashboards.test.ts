/**
 * The committed dashboards, without a server: they are what the code makes, everything that they refer to is there, and every
 * panel can be read by a person who has not built it. What their queries return is tests/grafana-queries.test.ts.
 */
import * as units from '@grafana/grafana-foundation-sdk/units'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { readConfig } from '../config.ts'
import { boards, dataSource, level, tag, timeZone } from '../dashboards/grafana/build/names.ts'
import { dashboardFiles } from '../dashboards/grafana/dashboards.ts'
import { kindNames } from '../model/kinds.ts'
import { measurements } from '../model/measurements.ts'
import { day } from '../model/time.ts'
import { read, tree } from './source-tree.ts'
import {
  asking,
  committed,
  linksOf,
  type PanelJson,
  thresholds,
  type VariableJson,
} from './support/grafana-json.ts'

const folder = 'dashboards/grafana/'
const panels = committed.flatMap((dashboard) =>
  asking(dashboard).map((panel) => ({ dashboard, panel, name: `${dashboard.title}: ${panel.title}` })),
)
const queryOf = ({ query }: VariableJson) => (typeof query === 'string' ? query : query.query)
const namesOf = (panel: PanelJson) =>
  panel.fieldConfig.overrides.flatMap(({ properties }) => properties.map(({ id }) => id))

test('the files are what the code makes: else run `npm run docs`', () => {
  const files = dashboardFiles()
  expect(files).toHaveLength(Object.keys(boards).length)
  for (const { path, text } of files) expect(read(folder + path) === text, `${path} is up to date`).toBe(true)
  const there = tree.filter((path) => path.startsWith(`${folder}dashboards/`) && !path.endsWith('/'))
  expect(there).toEqual(files.map(({ path }) => folder + path).sort())
})

describe('dashboards', () => {
  test('each has its uid, title, tag, the time zone of the city and a sensible refresh', () => {
    expect(committed.map(({ uid, title }) => ({ uid, title })).toSorted(byUid)).toEqual(
      Object.values(boards).toSorted(byUid),
    )
    for (const { tags, timezone, refresh, title, schemaVersion } of committed) {
      expect(tags, title).toEqual([tag])
      expect(timezone, title).toBe(timeZone)
      expect(refresh, title).toMatch(/^(30s|1m)$/)
      expect(schemaVersion, title).toBeGreaterThanOrEqual(39)
    }
    expect(timeZone).toBe(readConfig({}).LANTERN_TIME_ZONE)
    expect(readConfig({}).LANTERN_INFLUX_BUCKET).toBe(
      committed[0]?.templating.list.find(({ name }) => name === 'bucket')?.query,
    )
  })

  test('ids are unique, and panels neither overlap nor leave the 24 columns', () => {
    for (const { title, panels: all } of committed) {
      expect(new Set(all.map(({ id }) => id)).size, title).toBe(all.length)
      for (const [index, { gridPos: a, title: name }] of all.entries()) {
        expect(a.x >= 0 && a.w > 0 && a.h > 0 && a.x + a.w <= 24, `${title}: ${name} is inside`).toBe(true)
        for (const { gridPos: b, title: other } of all.slice(index + 1)) {
          const apart = a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y
          expect(apart, `${title}: ${name} and ${other} are apart`).toBe(true)
        }
      }
    }
  })

  test('each links to the others, with what is chosen and the time', () => {
    for (const { title, links } of committed)
      expect(links, title).toEqual([
        expect.objectContaining({ type: 'dashboards', tags: [tag], includeVars: true, keepTime: true }),
      ])
  })
})

describe('references', () => {
  test('every data source is the one that there is', () => {
    for (const { dashboard, panel, name } of panels) {
      expect(panel.datasource, name).toEqual(dataSource)
      for (const target of panel.targets) expect(target.datasource, name).toEqual(dataSource)
      const lists = [...dashboard.annotations.list, ...dashboard.templating.list]
      for (const { datasource } of lists) if (datasource) expect(datasource, name).toEqual(dataSource)
    }
  })

  test('every variable that a query or title uses is on its dashboard, and every variable is used', () => {
    const builtIn = ['__from', '__to', '__interval', 'timeFilter']
    const used = (text: string) =>
      [...text.matchAll(/\$\{?(\w+)/g)].map(([, name = '']) => name).filter((name) => !builtIn.includes(name))
    for (const dashboard of committed) {
      const variables = dashboard.templating.list
      const texts = [
        ...asking(dashboard).flatMap(({ targets, title }) => [title, ...targets.map(({ query }) => query)]),
        ...dashboard.annotations.list.map(({ target }) => target.query),
        ...variables.map(queryOf),
      ]
      const names = new Set(texts.flatMap(used))
      expect([...names].toSorted(), dashboard.title).toEqual(variables.map(({ name }) => name).toSorted())
    }
  })

  test('every link leads to a dashboard that is there, carries the time, and sets variables that it has', () => {
    const seen = new Set<string>()
    for (const { panel, name } of panels)
      for (const { url, title } of linksOf(panel)) {
        const [, uid, query = ''] = /^\/d\/([\w-]+)\?(.*)$/.exec(url) ?? []
        const target = committed.find((dashboard) => dashboard.uid === uid)
        expect(target, `${name}: ${url}`).toBeDefined()
        expect(title, name).toMatch(/\w/)
        expect(query, name).toContain('${' + '__url_time_range}')
        for (const [, variable] of query.matchAll(/var-(\w+)=/g))
          expect(
            target?.templating.list.map((one) => one.name),
            `${name}: ${url}`,
          ).toContain(variable)
        seen.add(url.replace(/\?.*var-(\w+)=.*/, ' $1'))
      }
    // From the city to a district, from a district to a place, from a place to its devices.
    expect([...seen]).toEqual(
      expect.arrayContaining([
        `/d/lantern-coverage ${level.tag}`,
        '/d/lantern-place place',
        '/d/lantern-place device',
      ]),
    )
  })

  test('every measurement that is asked is one that Lantern writes, on the shelf where it lies', () => {
    const bucket = '"${' + 'bucket}'
    const shelves = new Set([
      ...kindNames.flatMap((kind) => [`${bucket}"."${kind}"`, `${bucket}_5m"."${kind}_5m"`]),
      ...Object.entries(measurements).map(
        ([name, { kept }]) => `${bucket}${kept === 'rollups' ? '_5m' : ''}"."${name}"`,
      ),
    ])
    for (const { panel, name } of panels)
      for (const { query } of panel.targets) {
        const sources = [...query.matchAll(/FROM ("[^(]*?"\."\w+")/g)].map(([, source = '']) => source)
        expect(sources.length, name).toBeGreaterThan(0)
        for (const source of sources) expect(shelves, name).toContain(source)
      }
  })

  test('raw readings are asked of one place only, and everything within a time', () => {
    for (const { dashboard, panel, name } of panels)
      for (const { query } of panel.targets) {
        const raw = kindNames.some((kind) => query.includes(`}"."${kind}"`))
        if (raw) expect(dashboard.uid, name).toBe(boards.place.uid)
        if (raw) expect(query, name).toContain('"place" =')
        const sources = query.match(/FROM "/g) ?? []
        const bounds = query.match(/\$timeFilter|time >=? \$\{__(?:to|from)\}ms/g) ?? []
        expect(bounds.length, name).toBeGreaterThanOrEqual(sources.length)
      }
  })
})

test('what is laid over the present is moved by as much as its query looks back', () => {
  const binary = z.object({ right: z.object({ fixed: z.string() }) })
  const moved = panels.flatMap(({ panel }) =>
    panel.transformations.flatMap(({ id, filter, options }) => {
      if (id !== 'calculateField') return []
      const earlier = panel.targets.find(({ refId }) => refId === filter?.options)
      const [, days] = /time <= \$\{__to\}ms - (\d+)d/.exec(earlier?.query ?? '') ?? []
      return [{ ms: Number(binary.parse(options.binary).right.fixed), days: Number(days) }]
    }),
  )
  expect(moved.length).toBeGreaterThan(0)
  for (const { ms, days } of moved) expect(ms).toBe(days * day)
})

describe('what a person reads', () => {
  test('every panel has a title, and says in plain words what it shows', () => {
    for (const { panel, name } of panels) {
      expect(panel.title, name).toMatch(/^(?:[A-Z].+|\$\{place:text\})$/)
      expect(panel.description, name).toMatch(/^[A-Z].{10,}[.]$/s)
      expect(`${panel.title} ${panel.description}`, name).not.toMatch(/lorem|undefined|null|\[object|NaN/i)
    }
    for (const { description, title } of committed) expect(description, title).toMatch(/^[A-Z].{20,}\.$/)
  })

  test('every axis has a unit, and every unit is one that Grafana has', () => {
    const known = new Set<unknown>(Object.values(units))
    for (const { panel, name } of panels) {
      const { defaults, overrides } = panel.fieldConfig
      const set = overrides.flatMap(({ properties }) => properties.filter(({ id }) => id === 'unit'))
      const used = [...(defaults.unit === undefined ? [] : [defaults.unit]), ...set.map(({ value }) => value)]
      for (const unit of used)
        expect(known.has(unit) || /^suffix: \S/.test(String(unit)), `${name}: ${unit}`).toBe(true)
      if (panel.type === 'table' || panel.type === 'geomap') continue
      expect(defaults.unit, name).toBeDefined()
      if (['timeseries', 'barchart'].includes(panel.type))
        expect(defaults.custom?.axisLabel, name).toMatch(/^\S/)
    }
  })

  test('every threshold has words: the description names its colours, and a verdict is text', () => {
    let seen = 0
    for (const { panel, name } of panels) {
      const { defaults, overrides } = panel.fieldConfig
      const ofColumns = overrides.flatMap(({ properties }) =>
        properties.filter(({ id }) => id === 'thresholds').map(({ value }) => thresholds.parse(value).steps),
      )
      for (const steps of [defaults.thresholds?.steps ?? [], ...ofColumns].filter(
        ({ length }) => length > 0,
      )) {
        seen++
        for (const { color } of steps)
          expect(panel.description, `${name}: ${color}`).toMatch(
            new RegExp(`\\b${color}(?: from [^;]*)? – \\w`),
          )
      }
      for (const { matcher, properties } of overrides) {
        if (!/verdict/i.test(matcher.options)) continue
        expect(
          properties.map(({ id }) => id),
          name,
        ).toContain('mappings')
      }
    }
    expect(seen).toBeGreaterThan(30)
  })

  test('only the settings of columns that Grafana knows are set', () => {
    const known = ['unit', 'decimals', 'min', 'max', 'thresholds', 'mappings', 'links', 'color']
    const custom = ['cellOptions', 'hidden', 'hideFrom', 'lineStyle', 'lineWidth'].map(
      (name) => `custom.${name}`,
    )
    for (const { panel, name } of panels)
      expect(
        namesOf(panel).filter((id) => ![...known, ...custom].includes(id)),
        name,
      ).toEqual([])
  })
})

const byUid = (a: { uid: string }, b: { uid: string }) => a.uid.localeCompare(b.uid)
