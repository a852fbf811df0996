/** DuckDB telemetry stores in temporary folders, for the tests of its driver. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createDuckDbTelemetry } from '../../stores/telemetry/duckdb.ts'
import { retentionDays, rollupRetentionDays, type TelemetryUnderTest } from '../contracts/telemetry.ts'

function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'lantern-telemetry-'))
}

/** A file that does not exist yet; its folder is removed when the test ends. */
export function temporaryFile(): string {
  const folder = temporaryFolder()
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'telemetry.duckdb')
}

/** For the contract. */
export async function prepareDuckDb(): Promise<TelemetryUnderTest> {
  const folder = temporaryFolder()
  const file = join(folder, 'telemetry.duckdb')
  return {
    open: () => createDuckDbTelemetry({ file, retentionDays, rollupRetentionDays }),
    async remove() {
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
