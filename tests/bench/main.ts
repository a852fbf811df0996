/**
 * `npm run bench`: measures a real Lantern on this machine and prints the figures beside their targets. Whatever
 * ends it (a fault, Ctrl-C, its own time limit), it leaves no process and no folder behind.
 */
import { rmSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { messageOf } from '../../model/errors.ts'
import { describeMachine, loadAverage } from './machine.ts'
import type { Measurement } from './measurement.ts'
import { type BenchOptions, help, readOptions } from './options.ts'
import { planOf } from './plan.ts'
import { hasProc, ownChildren, watchOthers } from './processes.ts'
import { asJson, machineText, measurementText } from './report.ts'

/** Far beyond the ten minutes that it should take: something hangs. */
const limitMs = 60 * 60_000

/** Returns the exit code. */
async function run(options: BenchOptions): Promise<number> {
  if (!hasProc()) {
    console.error('The bench reads CPU time and memory of processes from /proc, so it runs on Linux only.')
    return 2
  }
  const folder = await mkdtemp(join(tmpdir(), 'lantern-bench-'))
  process.once('exit', () => clearAway(folder))
  process.once('SIGINT', () => process.exit(130))
  process.once('SIGTERM', () => process.exit(143))
  setTimeout(() => {
    console.error(`The bench did not end within ${limitMs / 60_000} minutes.`)
    process.exit(2)
  }, limitMs).unref()

  const machine = await describeMachine(folder)
  console.log(`${machineText(machine)}\n`)
  const measurements: Measurement[] = []
  let failures = 0
  for (const measure of planOf(options)) {
    const others = watchOthers()
    try {
      const measured = await measure({ folder, say })
      const note = `others took ${others().toFixed(1)} of the ${machine.cores} cores meanwhile`
      const measurement = { ...measured, notes: [...measured.notes, note] }
      measurements.push(measurement)
      console.log(`${measurementText(measurement)}\n`)
    } catch (error) {
      failures++
      console.error(`A measurement could not be carried out: ${messageOf(error)}\n`)
    }
  }
  if (options.json !== undefined) await writeFile(options.json, asJson(machine, measurements))
  const wrong = measurements.reduce((sum, measurement) => sum + measurement.wrong, 0)
  if (wrong > 0) console.error(`${wrong} readings were lost, doubled or invented.`)
  return wrong > 0 ? 1 : failures > 0 ? 2 : 0
}

/** On the error channel, so that the figures alone can be kept. */
function say(line: string): void {
  console.error(`… ${line} (load average ${loadAverage().toFixed(1)})`)
}

/** Lantern leads a process group of its own, in which its children are; the others are single processes. */
function clearAway(folder: string): void {
  for (const pid of ownChildren())
    for (const target of [-pid, pid])
      try {
        process.kill(target, 'SIGKILL')
      } catch {
        // It is no group, or has ended by itself.
      }
  // What was killed may write for a moment more, into a folder that is being removed.
  for (let tries = 1; tries <= 20; tries++)
    try {
      rmSync(folder, { recursive: true, force: true })
      return
    } catch (error) {
      if (tries === 20) console.error(`${folder} could not be removed: ${messageOf(error)}`)
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
    }
}

try {
  const options = readOptions(process.argv.slice(2))
  if (options.help) console.log(help)
  else process.exitCode = await run(options)
} catch (error) {
  console.error(`${messageOf(error)}\n\n${help}`)
  process.exitCode = 2
}
