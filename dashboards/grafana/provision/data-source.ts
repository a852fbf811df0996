/**
 * The InfluxDB data source as data, once for provisioning/datasources and for the calls over HTTP, as
 * https://grafana.com/docs/grafana/latest/datasources/influxdb/configure/#provision-the-influxdb-data-source has it:
 * asked in InfluxQL; 1.x with user and password, 2.x with its token as a header and the DBRP mapping of the bucket.
 */
import { dataSourceName, dataSourceUid } from './names.ts'

export type InfluxAccess =
  | { readonly by: 'nothing' }
  | { readonly by: 'token'; readonly token: string }
  | { readonly by: 'password'; readonly user: string; readonly password: string }

export function influxDataSource(options: { url: string; bucket: string; access: InfluxAccess }) {
  const { url, bucket, access } = options
  const jsonData: Record<string, string | number> = {
    version: 'InfluxQL',
    dbName: bucket,
    // Long queries do not fit into an address.
    httpMode: 'POST',
    // A series a place is more than Grafana's default of 1,000 takes.
    maxSeries: 10_000,
    ...(access.by === 'token' && { httpHeaderName1: 'Authorization' }),
  }
  const secureJsonData: Record<string, string> =
    access.by === 'token'
      ? { httpHeaderValue1: `Token ${access.token}` }
      : access.by === 'password'
        ? { password: access.password }
        : {}
  return {
    uid: dataSourceUid,
    name: dataSourceName,
    type: 'influxdb',
    access: 'proxy',
    url,
    user: access.by === 'password' ? access.user : '',
    jsonData,
    secureJsonData,
  }
}
