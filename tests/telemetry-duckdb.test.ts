/** The DuckDB driver of the telemetry port: the contract. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDuckDbTelemetry } from '../stores/telemetry/duckdb.ts'
import { retentionDays, rollupRetentionDays, telemetryContract } from './contracts/telemetry.ts'

telemetryContract('DuckDB', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lantern-telemetry-'))
  const file = join(folder, 'telemetry.duckdb')
  return {
    open: () => createDuckDbTelemetry({ file, retentionDays, rollupRetentionDays }),
    remove: () => rm(folder, { recursive: true }),
  }
})
