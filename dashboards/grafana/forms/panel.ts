/**
 * What all forms of panels have in common: title, description, size, queries, and overrides of single columns. A form
 * (figure.ts, chart.ts, list.ts …) adds what only it has; build/board.ts puts the panels on the grid.
 */
import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import type * as dashboard from '@grafana/grafana-foundation-sdk/dashboard'
import { asWords, type Bands, thresholds } from '../build/bands.ts'
import type { DataLink } from '../build/links.ts'
import { dataSource } from '../build/names.ts'
import { type Query, refIdOf, target } from '../build/query.ts'

/** The calls that the SDK's builders of all forms share. */
export interface PanelBuilder extends Builder<dashboard.Panel> {
  title(title: string): this
  description(description: string): this
  datasource(ref: typeof dataSource): this
  withTarget(target: ReturnType<typeof import('../build/query.ts').target>): this
  transformations(transformations: dashboard.DataTransformerConfig[]): this
  overrideByName(name: string, properties: dashboard.DynamicConfigValue[]): this
  noValue(text: string): this
  id(id: number): this
  gridPos(position: dashboard.GridPos): this
}

/** A panel that has its queries but no place yet. */
export interface Panel {
  readonly builder: PanelBuilder
  readonly queries: readonly Query[]
  readonly width: number
  readonly height: number
}

export interface PanelOptions {
  readonly title: string
  /** What it shows and how to read it; plain English. */
  readonly description: string
  readonly queries: readonly Query[]
  /** Of 24 columns. */
  readonly width: number
  /** Of 30 pixels each. */
  readonly height: number
  readonly transformations?: readonly dashboard.DataTransformerConfig[]
  readonly columns?: Readonly<Record<string, Column>>
  /** What stands there when there is nothing to show. */
  readonly empty?: string
}

/** How one column or series is shown. */
export interface Column {
  readonly unit?: string
  readonly decimals?: number
  readonly min?: number
  readonly max?: number
  /** Coloured by these. */
  readonly bands?: Bands
  /** The words of these bands stand there instead of the number. */
  readonly verdict?: Bands
  readonly words?: readonly dashboard.ValueMapping[]
  readonly link?: DataLink
  /** A fixed colour, as Grafana names it. */
  readonly colour?: string
  /** Settings that only the form has, such as `cellOptions`; they become `custom.<name>`. */
  readonly custom?: Readonly<Record<string, unknown>>
}

export function furnish<Form extends PanelBuilder>(builder: Form, options: PanelOptions): Panel {
  const { title, description, queries, width, height, transformations = [], columns = {}, empty } = options
  builder.title(title).description(description).datasource(dataSource)
  for (const [index, query] of queries.entries()) builder.withTarget(target(query, refIdOf(index)))
  if (transformations.length > 0) builder.transformations([...transformations])
  if (empty !== undefined) builder.noValue(empty)
  for (const [name, column] of Object.entries(columns)) builder.overrideByName(name, propertiesOf(column))
  return { builder, queries, width, height }
}

function propertiesOf(column: Column): dashboard.DynamicConfigValue[] {
  const { unit, decimals, min, max, bands, verdict, words, link, colour, custom = {} } = column
  const properties: Record<string, unknown> = {
    unit,
    decimals,
    min,
    max,
    thresholds: bands && thresholds(bands),
    mappings: verdict ? asWords(verdict) : words,
    links: link && [link],
    color: colour === undefined ? bands && { mode: 'thresholds' } : { mode: 'fixed', fixedColor: colour },
    ...Object.fromEntries(Object.entries(custom).map(([name, value]) => [`custom.${name}`, value])),
  }
  return Object.entries(properties)
    .filter(([, value]) => value !== undefined)
    .map(([id, value]) => ({ id, value }))
}

/** Takes away the time that InfluxDB gives every row, of one query or of two that were joined. */
export const withoutTime: dashboard.DataTransformerConfig = {
  id: 'organize',
  options: {
    excludeByName: { Time: true, 'Time 1': true, 'Time 2': true },
    indexByName: {},
    renameByName: {},
  },
}

/** Rows of two queries that have the same value in a column become one. */
export const joinedBy = (column: string): dashboard.DataTransformerConfig => ({
  id: 'joinByField',
  options: { byField: column, mode: 'inner' },
})

export const sortedBy = (
  field: string,
  order: 'ascending' | 'descending',
): dashboard.DataTransformerConfig => ({
  id: 'sortBy',
  options: { fields: {}, sort: [{ field, desc: order === 'descending' }] },
})
