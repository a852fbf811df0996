/** `npm run torture -- --cycles 100`: kills Lantern under load again and again, and counts. Exit code 1 if anything is missing. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { killCycles } from './kill-cycles.ts'

const { values } = parseArgs({
  options: {
    cycles: { type: 'string', default: '20' },
    rate: { type: 'string', default: '5000' },
  },
})
const { cycles, rate } = z
  .object({ cycles: z.coerce.number().int().min(1), rate: z.coerce.number().int().min(1) })
  .parse(values)
const dataDir = await mkdtemp(join(tmpdir(), 'lantern-torture-'))
try {
  const { reckoning, resent } = await killCycles({ dataDir, cycles, ratePerSecond: rate, log: console.log })
  console.log({ resent, ...reckoning })
  if (reckoning.lost + reckoning.doubled + reckoning.invented > 0) process.exitCode = 1
} finally {
  await rm(dataDir, { recursive: true, force: true })
}
