/** `npm run influx` as a process of its own, for tests: what it says as it says it, and kill -9 at a moment of choice. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const main = join(import.meta.dirname, '../../stores/telemetry/transfer/main.ts')

export interface InfluxRun {
  /** Resolves once it has said a line with this text; rejects when it ends without. */
  says(text: string): Promise<string>
  /** kill -9; resolves when it has ended. */
  kill(): Promise<void>
  readonly ended: Promise<{ code: number | null; out: string; err: string }>
}

export function startInflux(args: readonly string[], env: Record<string, string>): InfluxRun {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('LANTERN_'))
  const child = spawn(process.execPath, [main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...Object.fromEntries(inherited), ...env },
  })
  const out: string[] = []
  const err: string[] = []
  const heard = new Set<() => void>()
  createInterface(child.stdout).on('line', (line) => {
    out.push(line)
    for (const tell of heard) tell()
  })
  createInterface(child.stderr).on('line', (line) => err.push(line))
  const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, out: out.join('\n'), err: err.join('\n') })),
  )
  return {
    ended,
    says: (text) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const line = out.find((one) => one.includes(text))
          if (line === undefined) return
          heard.delete(look)
          resolve(line)
        }
        heard.add(look)
        look()
        void ended.then(({ code }) =>
          reject(
            new Error(`it ended with ${code} and never said "${text}":\n${[...out, ...err].join('\n')}`),
          ),
        )
      }),
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

export function runInflux(args: readonly string[], env: Record<string, string>): InfluxRun['ended'] {
  return startInflux(args, env).ended
}
