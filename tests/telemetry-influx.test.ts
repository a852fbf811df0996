/** The InfluxDB driver of the telemetry port, on a real server: the contract, and what only this driver has. */
import { afterAll, beforeAll, describe } from 'vitest'
import { createInfluxTelemetry } from '../stores/telemetry/influx.ts'
import { retentionDays, rollupRetentionDays, telemetryContract } from './contracts/telemetry.ts'
import { hasInfluxd, type Influxd, needsInfluxd, startInfluxd } from './support/influxd.ts'

describe.skipIf(!hasInfluxd)(`InfluxDB (${needsInfluxd})`, { timeout: 240_000 }, () => {
  let influxd: Influxd
  let databases = 0
  beforeAll(async () => {
    influxd = await startInfluxd()
  })
  afterAll(() => influxd.remove())

  telemetryContract('InfluxDB', async () => {
    const bucket = `contract-${++databases}`
    return {
      open: () => createInfluxTelemetry({ url: influxd.url, bucket, retentionDays, rollupRetentionDays }),
      async remove() {
        await influxd.query(`DROP DATABASE "${bucket}"`)
      },
    }
  })
})
