/**
 * The files of open data, built from the city in memory: a slice at a time, so that whoever else waits for
 * this thread comes in between. Each is of an area, or of the whole city. Used by routes.ts.
 */
import { setImmediate as othersFirst } from 'node:timers/promises'
import { formatTime } from '../../model/time.ts'
import type { PlaceCoverage } from '../../stores/registry/city-view.ts'
import { showAreaFeature } from '../areas/shown.ts'
import type { ApiDependencies } from '../dependencies.ts'
import { showPlaceFeature } from '../places/shown.ts'
import { weakETag } from '../plugins/caching.ts'
import { type CoverageRow, coverageColumns, placeColumns } from './columns.ts'
import { csvHeader, csvRows } from './csv.ts'

const placesAtOnce = 1000
/** A boundary may have thousands of points. */
const areasAtOnce = 50

export interface OpenFile {
  readonly text: string
  /** Where a part of the text (such as `asOf`) says nothing new; else the text itself is what changes. */
  readonly etag?: string
}

export async function placesCsv(api: ApiDependencies, area: string | undefined): Promise<OpenFile> {
  let text = csvHeader(placeColumns)
  for await (const page of placesOf(api, area)) {
    const rows = page.map((covered) => ({
      ...covered,
      areaName: api.view.area(covered.place.area)?.name ?? '',
    }))
    text += csvRows(placeColumns, rows)
  }
  return { text }
}

export async function placesGeoJson(api: ApiDependencies, area: string | undefined): Promise<OpenFile> {
  const features: string[] = []
  for await (const page of placesOf(api, area))
    features.push(...page.map((covered) => JSON.stringify(showPlaceFeature(covered))))
  return { text: collection(features) }
}

export async function areasGeoJson(api: ApiDependencies, within: string | undefined): Promise<OpenFile> {
  const areas = api.view.areas({ within })
  const features: string[] = []
  for (let first = 0; first < areas.length; first += areasAtOnce) {
    for (const area of areas.slice(first, first + areasAtOnce))
      features.push(JSON.stringify(showAreaFeature(area)))
    await othersFirst()
  }
  return { text: collection(features) }
}

/** Every area of every level, from the top down. */
export async function coverageCsv(api: ApiDependencies, within: string | undefined): Promise<OpenFile> {
  const { view, goal } = api
  const rows: CoverageRow[] = []
  for (const level of view.levels()) {
    const counted = view.coverage({ level, within, target: goal.target })
    const asOf = formatTime(counted.asOf)
    rows.push(...counted.areas.map((figures) => ({ figures, area: view.area(figures.code), goal, asOf })))
    await othersFirst()
  }
  const lasting = coverageColumns.filter(({ name }) => name !== 'asOf')
  return {
    text: csvHeader(coverageColumns) + csvRows(coverageColumns, rows),
    etag: weakETag(csvRows(lasting, rows)),
  }
}

async function* placesOf(api: ApiDependencies, area: string | undefined): AsyncGenerator<PlaceCoverage[]> {
  let after: string | undefined
  do {
    const page = api.view.places({ area, limit: placesAtOnce, after })
    yield page.items
    after = page.next ?? undefined
    await othersFirst()
  } while (after !== undefined)
}

/** A line for each feature, so that two files can be compared. */
function collection(features: readonly string[]): string {
  return `{"type":"FeatureCollection","features":[\n${features.join(',\n')}\n]}\n`
}
