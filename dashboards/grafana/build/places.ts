/** The names and positions of places, to be joined to figures that are kept by the place's id. */
import { columns, from, grouped, lately, whereChosen } from './influxql.ts'
import { idColumns } from './links.ts'
import { type Query, rows } from './query.ts'

export const positionColumns = ['Latitude', 'Longitude'] as const

export const placesOnTheMap = (): Query =>
  rows(
    `SELECT ${columns({
      ...{ Place: 'place_name', Latitude: 'latitude', Longitude: 'longitude', [idColumns.place]: 'place' },
    })} FROM (SELECT last("latitude") AS "latitude", last("longitude") AS "longitude" FROM ${from('place')} WHERE ${whereChosen} AND ${lately()} ${grouped('place', 'place_name')})`,
  )
