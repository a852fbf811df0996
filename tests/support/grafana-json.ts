/**
 * The committed dashboards as the tests read them: parsed with a schema of what they look at, so that a field that Grafana
 * would ignore shows as a fault.
 */
import { z } from 'zod'
import { read, tree } from '../source-tree.ts'

const reference = z.strictObject({ type: z.string(), uid: z.string() })
const options = z.record(z.string(), z.unknown())

const target = z.strictObject({
  refId: z.string(),
  datasource: reference,
  query: z.string(),
  rawQuery: z.literal(true),
  resultFormat: z.enum(['table', 'time_series']),
  alias: z.string().optional(),
  fromAnnotations: z.literal(true).optional(),
})
export type TargetJson = z.output<typeof target>

const mapping = z.looseObject({ type: z.enum(['value', 'range', 'regex', 'special']), options })
const threshold = z.strictObject({ value: z.number().nullable(), color: z.string() })
/** Of a panel or of one of its columns. */
export const thresholds = z.strictObject({ mode: z.literal('absolute'), steps: z.array(threshold) })
const override = z.strictObject({
  matcher: z.strictObject({ id: z.enum(['byName', 'byRegexp']), options: z.string() }),
  properties: z.array(z.strictObject({ id: z.string(), value: z.unknown() })),
})

const panel = z.looseObject({
  id: z.number().int(),
  type: z.string(),
  title: z.string(),
  description: z.string().optional(),
  gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
  datasource: reference.optional(),
  targets: z.array(target).default([]),
  interval: z.string().optional(),
  transformations: z
    .array(
      z.strictObject({
        id: z.string(),
        filter: z.strictObject({ id: z.literal('byRefId'), options: z.string() }).optional(),
        options,
      }),
    )
    .default([]),
  options: options.default({}),
  fieldConfig: z
    .looseObject({
      defaults: z.looseObject({
        unit: z.string().optional(),
        mappings: z.array(mapping).optional(),
        thresholds: thresholds.optional(),
        custom: options.optional(),
      }),
      overrides: z.array(override),
    })
    .default({ defaults: {}, overrides: [] }),
})
export type PanelJson = z.output<typeof panel>

const variable = z.looseObject({
  type: z.enum(['query', 'constant']),
  name: z.string(),
  label: z.string(),
  description: z.string(),
  datasource: reference.optional(),
  query: z.union([z.string(), z.strictObject({ refId: z.string(), query: z.string() })]),
  regex: z.string().optional(),
  multi: z.boolean().default(false),
  includeAll: z.boolean().default(false),
  allValue: z.string().optional(),
  hide: z.number().default(0),
})
export type VariableJson = z.output<typeof variable>

const dashboard = z.looseObject({
  uid: z.string(),
  title: z.string(),
  description: z.string(),
  tags: z.array(z.string()),
  timezone: z.string(),
  refresh: z.string(),
  schemaVersion: z.number().int(),
  time: z.object({ from: z.string(), to: z.literal('now') }),
  panels: z.array(panel),
  templating: z.object({ list: z.array(variable) }),
  annotations: z.object({
    list: z.array(z.looseObject({ name: z.string(), datasource: reference, target })).default([]),
  }),
  links: z.array(z.looseObject({ type: z.string(), tags: z.array(z.string()), keepTime: z.boolean() })),
})
export type DashboardJson = z.output<typeof dashboard>

const folder = 'dashboards/grafana/dashboards/'

export const committed: readonly DashboardJson[] = tree
  .filter((path) => path.startsWith(folder) && path.endsWith('.json'))
  .map((path) => dashboard.parse(JSON.parse(read(path))))

/** The panels that ask something. */
export const asking = ({ panels }: DashboardJson) => panels.filter(({ type }) => type !== 'row')

const dataLinks = z.array(z.strictObject({ title: z.string(), url: z.string(), targetBlank: z.boolean() }))

/** The links on a panel's values, with the column that each is on. */
export const linksOf = ({ fieldConfig }: PanelJson) =>
  fieldConfig.overrides.flatMap(({ matcher, properties }) =>
    properties
      .filter(({ id }) => id === 'links')
      .flatMap(({ value }) => dataLinks.parse(value).map((link) => ({ ...link, on: matcher.options }))),
  )
