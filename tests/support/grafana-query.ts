/**
 * Asks a real InfluxDB what Grafana's back end would ask for a panel, and gives the answer in the shape that the panel gets:
 * rows of a table, or named series. One statement a query, and one result series for a table, because Grafana's two parsers
 * of answers disagree about more (the order of the tags' columns).
 */
import { z } from 'zod'

const cell = z.union([z.string(), z.number(), z.boolean(), z.null()])
const answer = z.object({
  error: z.string().optional(),
  results: z
    .array(
      z.object({
        error: z.string().optional(),
        series: z
          .array(
            z.object({
              name: z.string().default(''),
              tags: z.record(z.string(), z.string()).default({}),
              columns: z.array(z.string()),
              values: z.array(z.array(cell)).default([]),
            }),
          )
          .default([]),
      }),
    )
    .default([]),
})
export type Cell = z.output<typeof cell>
export type ResultSeries = z.output<typeof answer>['results'][number]['series'][number]

export async function ask(options: {
  url: string
  database: string
  query: string
}): Promise<ResultSeries[]> {
  const { url, database, query } = options
  const parameters = new URLSearchParams({ db: database, epoch: 'ms', q: query })
  const response = await fetch(`${url}/query?${parameters}`, { signal: AbortSignal.timeout(20_000) })
  const { error, results } = answer.parse(await response.json())
  const failure = error ?? results.find((result) => result.error)?.error
  if (failure !== undefined) throw new Error(`${failure}\n${query}`)
  if (results.length !== 1) throw new Error(`${results.length} statements, and Grafana reads one\n${query}`)
  return results[0]?.series ?? []
}

/** A table as the panel gets it: rows by column. */
export function tableOf(series: readonly ResultSeries[]): Record<string, Cell>[] {
  if (series.length > 1) throw new Error('a table of several result series has its columns in any order')
  return series.flatMap(({ columns, values }) =>
    values.map((row) =>
      Object.fromEntries(
        columns.map((column, index) => [column === 'time' ? 'Time' : column, row[index] ?? null]),
      ),
    ),
  )
}

/** Each column of each result series that has a value somewhere, under the name that the alias gives it. */
export function seriesOf(
  series: readonly ResultSeries[],
  alias: string,
): { name: string; tags: ResultSeries['tags'] }[] {
  return series.flatMap(({ name: measurement, tags, columns, values }) =>
    columns.flatMap((column, index) => {
      if (column === 'time' || values.every((row) => row[index] === null)) return []
      const name = alias.replaceAll(/\$(tag_(\w+)|col|m)\b/g, (_, word: string, tag?: string) =>
        tag !== undefined ? (tags[tag] ?? '') : word === 'col' ? column : measurement,
      )
      return [{ name, tags }]
    }),
  )
}
