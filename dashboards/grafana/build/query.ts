/**
 * One query of a panel, as Grafana keeps it, and what it promises to return: tests/grafana-queries.test.ts runs each and
 * holds it to that. The SDK has no builder for InfluxDB's queries; the fields are those of Grafana's own type InfluxQuery.
 */
import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog'
import { dataSource } from './names.ts'

/**
 * `one`: exactly one row; `some`: at least one; `districts`: at least one for each chosen district, by the tag or column
 * that has its name.
 */
export type Promised = { readonly rows: 'one' | 'some' } | { readonly districts: string }

export interface Query {
  readonly text: string
  /** A table, or series over time. */
  readonly format: 'table' | 'time_series'
  /** How a series is called: `$col`, `$tag_<name>` or a text. */
  readonly alias: string
  readonly promises: Promised
}

/** Rows of one moment, for tables, bars and single figures. One result series, so that columns keep their order. */
export const rows = (text: string, promises: Promised = { rows: 'some' }): Query => ({
  ...{ text, format: 'table', alias: '', promises },
})

/** Figures over time. Without an alias a series is called as its column. */
export const series = (text: string, alias = '$col', promises: Promised = { rows: 'some' }): Query => ({
  ...{ text, format: 'time_series', alias, promises },
})

export const refIdOf = (index: number) => String.fromCharCode(65 + index)

/** As the panel holds it. */
export interface Target extends Dataquery {
  readonly refId: string
  readonly datasource: typeof dataSource
  readonly query: string
  readonly rawQuery: true
  readonly resultFormat: Query['format']
  readonly alias?: string
}

export function target({ text, format, alias }: Query, refId: string): Builder<Dataquery> {
  return {
    build: (): Target => ({
      refId,
      datasource: dataSource,
      query: text,
      rawQuery: true,
      resultFormat: format,
      ...(alias !== '' && { alias }),
      // Only marks the type; JSON leaves functions out.
      _implementsDataqueryVariant: () => undefined,
    }),
  }
}
