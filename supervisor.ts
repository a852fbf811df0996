/**
 * Runs a part of Lantern as a child process, starts it anew when it dies, and stops it in the end. So the
 * ingest worker can crash, or be killed, without a single acknowledgement missing at the door.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Logger } from 'pino'
import { second } from './model/time.ts'

const firstPause = 200
const lastPause = 30 * second
/** A child that ran this long was well: the next pause is short again. */
const wellAfter = 60 * second

export interface Supervised {
  start(): void
  /** Asks the child to end (message `{type: 'stop'}` and SIGTERM after that), kills it when it does not. */
  stop(graceMs: number): Promise<void>
  send(message: object): void
  pid(): number | undefined
  /** How often the child ended by itself. */
  deaths(): number
}

export function createSupervised(options: {
  name: string
  /** The entry file, relative to this one. */
  entry: string
  args?: readonly string[]
  env: Record<string, string | undefined>
  logger: Logger
  onMessage?(message: unknown): void
  onExit?(): void
}): Supervised {
  const { name, entry, args = [], env, logger, onMessage, onExit } = options
  let child: ChildProcess | undefined
  let stopping = false
  let pause = firstPause
  let deaths = 0
  let ended: Promise<void> = Promise.resolve()

  function launch(): void {
    const startedAt = performance.now()
    const process = fork(fileURLToPath(new URL(entry, import.meta.url)), [...args], {
      env,
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    child = process
    if (onMessage) process.on('message', onMessage)
    process.on('error', (error) => logger.error({ child: name, err: error }, 'a child process failed'))
    ended = new Promise((resolve) => {
      process.once('exit', (code, signal) => {
        child = undefined
        onExit?.()
        resolve()
        if (stopping) return
        deaths++
        if (performance.now() - startedAt > wellAfter) pause = firstPause
        logger.error(
          { child: name, code, signal, pauseMs: pause },
          'a child process ended; it is started again',
        )
        setTimeout(() => {
          if (!stopping) launch()
        }, pause).unref()
        pause = Math.min(pause * 2, lastPause)
      })
    })
  }

  return {
    start() {
      stopping = false
      launch()
    },
    async stop(graceMs) {
      stopping = true
      const running = child
      if (!running) return
      if (running.connected) running.send({ type: 'stop' }, () => undefined)
      else running.kill('SIGTERM')
      const kept = await Promise.race([ended.then(() => true), sleep(graceMs, false, { ref: false })])
      if (kept) return
      logger.warn({ child: name, graceMs }, 'a child process did not end in time and is killed')
      running.kill('SIGKILL')
      await ended
    },
    send(message) {
      if (child?.connected) child.send(message, () => undefined)
    },
    pid: () => child?.pid,
    deaths: () => deaths,
  }
}
