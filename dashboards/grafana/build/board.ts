/**
 * Puts panels on a dashboard: in titled rows, from left to right, with ids in their order. Every dashboard gets the same
 * tags, links, time zone and refresh from here.
 */
import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard'
import type { Panel } from '../forms/panel.ts'
import { toOthers } from './links.ts'
import { type BoardName, boards, tag, timeZone } from './names.ts'
import type { Query } from './query.ts'
import { bucket } from './variables.ts'

export interface Board {
  readonly name: BoardName
  readonly dashboard: dashboard.Dashboard
  /** Of each panel, by its id, the queries with what they promise. */
  readonly queries: ReadonlyMap<number, readonly Query[]>
}

export interface Row {
  readonly title: string
  readonly panels: readonly Panel[]
}

/** Columns of Grafana's grid. */
const gridWidth = 24

export function board(options: {
  name: BoardName
  description: string
  variables: readonly Builder<dashboard.VariableModel>[]
  annotations?: readonly Builder<dashboard.AnnotationQuery>[]
  rows: readonly Row[]
  /** How far back it looks at first. */
  from?: string
  refresh?: string
}): Board {
  const { name, description, variables, annotations = [], rows, from = 'now-24h', refresh = '1m' } = options
  const { uid, title } = boards[name]
  const builder = new dashboard.DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags([tag])
    .readonly()
    .time({ from, to: 'now' })
    .timezone(timeZone)
    .weekStart('monday')
    .refresh(refresh)
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .variables([...variables, bucket()])
    .annotations([...annotations])
    .link(toOthers())
  const queries = new Map<number, readonly Query[]>()
  let id = 0
  let y = 0
  for (const row of rows) {
    builder.withRow(
      new dashboard.RowBuilder(row.title).id(++id).gridPos({ x: 0, y, w: gridWidth, h: 1 }).collapsed(false),
    )
    y++
    let x = 0
    let lineHeight = 0
    for (const panel of row.panels) {
      const { width: w, height: h } = panel
      if (x + w > gridWidth) {
        x = 0
        y += lineHeight
        lineHeight = 0
      }
      builder.withPanel(panel.builder.id(++id).gridPos({ x, y, w, h }))
      queries.set(id, panel.queries)
      x += w
      lineHeight = Math.max(lineHeight, h)
    }
    y += lineHeight
  }
  return { name, dashboard: builder.build(), queries }
}
