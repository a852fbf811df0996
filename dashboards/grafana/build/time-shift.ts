/**
 * Moves the series of one query in time, so that last week lies over this week in one chart. Grafana's own "time shift"
 * moves a whole panel, and InfluxQL cannot move at all; so the query asks for the earlier time itself, and three
 * transformations of that query alone add the difference to its times. Checked with Grafana's own code, @grafana/data 12.4.
 */
import type * as dashboard from '@grafana/grafana-foundation-sdk/dashboard'

/** `ms`: how much later; `refId`: the query whose series move. */
export function laterBy(ms: number, refId: string): dashboard.DataTransformerConfig[] {
  const filter = { id: 'byRefId', options: refId }
  const moved = 'Moved'
  return [
    {
      id: 'calculateField',
      filter,
      options: {
        mode: 'binary',
        alias: moved,
        binary: {
          left: { matcher: { id: 'byName', options: 'Time' } },
          operator: '+',
          right: { fixed: String(ms) },
        },
        replaceFields: false,
      },
    },
    // The sum is a number, until it is told to be a time.
    {
      id: 'convertFieldType',
      filter,
      options: { conversions: [{ targetField: moved, destinationType: 'time' }], fields: {} },
    },
    {
      id: 'organize',
      filter,
      options: { excludeByName: { Time: true }, indexByName: {}, renameByName: { [moved]: 'Time' } },
    },
  ]
}
