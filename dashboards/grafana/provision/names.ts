/**
 * The names under which everything of Lantern stands in a Grafana, once for the files of a container and for the calls
 * over HTTP: both must make the same things, so that a city can move from one way to the other.
 */
import { dataSource } from '../build/names.ts'

export const dataSourceUid = dataSource.uid
export const dataSourceName = 'Lantern InfluxDB'
export const folderUid = 'lantern'
export const folderTitle = 'Lantern'
export const ruleGroup = 'Lantern'
export const contactPointUid = 'lantern-contact'
export const contactPointName = 'Lantern'

/** The bucket that the committed dashboards and the files name. */
export const usualBucket = 'lantern'

/** The retention policies of a bucket: readings and what is kept as long, and what is kept as long as roll-ups. */
export const policiesOf = (bucket: string) => ({ readings: bucket, rollups: `${bucket}_5m` })
