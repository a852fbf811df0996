/** Temporary folders for tests: made on demand, removed when the test file ends. */
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lantern-test-'))
  afterAll(() => rm(folder, { recursive: true, force: true }))
  return folder
}
