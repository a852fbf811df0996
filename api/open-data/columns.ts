/**
 * The columns of the CSV files of open data: what each is called, what it means and where it comes from. The
 * files and the document of the API are made from them.
 */
import type { Area } from '../../model/area.ts'
import type { AreaCoverage } from '../../model/coverage.ts'
import type { CoverageState, Place } from '../../model/place.ts'
import type { Column } from './csv.ts'

export interface PlaceRow {
  readonly place: Place
  readonly state: CoverageState
  readonly areaName: string
}

export const placeColumns: readonly Column<PlaceRow>[] = [
  { name: 'id', description: 'of the place', of: ({ place }) => place.id },
  { name: 'name', description: 'what it is called', of: ({ place }) => place.name },
  { name: 'type', description: 'school, market, crossing …', of: ({ place }) => place.type },
  { name: 'area', description: 'the code of the smallest area it lies in', of: ({ place }) => place.area },
  { name: 'areaName', description: 'what that area is called', of: ({ areaName }) => areaName },
  {
    name: 'state',
    description: '`none`, `installed` (a camera, but none is healthy now) or `working`',
    of: ({ state }) => state,
  },
  { name: 'longitude', description: 'WGS 84, degrees', of: ({ place }) => place.longitude },
  { name: 'latitude', description: 'WGS 84, degrees', of: ({ place }) => place.latitude },
]

export interface CoverageRow {
  readonly figures: AreaCoverage
  readonly area: Pick<Area, 'parent' | 'population'> | undefined
  readonly goal: { readonly target: number; readonly deadline: string }
  /** RFC 3339. */
  readonly asOf: string
}

/** A share with four decimals: no city has so many places that more of them say anything. */
const share = (of: number | null) => of && Math.round(of * 1e4) / 1e4

export const coverageColumns: readonly Column<CoverageRow>[] = [
  { name: 'code', description: 'of the area', of: ({ figures }) => figures.code },
  { name: 'name', description: 'what it is called', of: ({ figures }) => figures.name },
  { name: 'level', description: 'its rung: province, district …', of: ({ figures }) => figures.level },
  {
    name: 'parent',
    description: 'the code of the area it lies in; empty at the top',
    of: ({ area }) => area?.parent ?? null,
  },
  {
    name: 'population',
    description: 'inhabitants; empty: not known',
    of: ({ area }) => area?.population ?? null,
  },
  { name: 'places', description: 'public places in it, at any depth', of: ({ figures }) => figures.places },
  {
    name: 'installed',
    description: 'those with a commissioned camera',
    of: ({ figures }) => figures.installed,
  },
  {
    name: 'working',
    description: 'those with a healthy one at `asOf`',
    of: ({ figures }) => figures.working,
  },
  {
    name: 'installedShare',
    description: 'installed / places, 0–1; empty: it has no places',
    of: ({ figures }) => share(figures.installedShare),
  },
  {
    name: 'workingShare',
    description: 'working / places, 0–1; empty: it has no places',
    of: ({ figures }) => share(figures.workingShare),
  },
  {
    name: 'placesToTarget',
    description: 'how many more places need a camera to reach the target',
    of: ({ figures }) => figures.placesToTarget,
  },
  { name: 'target', description: 'the share of places to be installed, 0–1', of: ({ goal }) => goal.target },
  { name: 'deadline', description: 'the day it is to be reached by', of: ({ goal }) => goal.deadline },
  { name: 'asOf', description: 'when it was counted, RFC 3339 in UTC', of: ({ asOf }) => asOf },
]
