/**
 * Makes the console (page/ becomes dist/) when `npm start` finds that it is not there or no longer fits its sources. In a
 * child process, so that the bundler's memory is gone afterwards and nothing of the start waits for it.
 */
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { LanternError } from '../../model/errors.ts'
import { minute } from '../../model/time.ts'

const longestBuild = 2 * minute

export interface ConsoleBuild {
  /** Where the finished page lies. */
  readonly folder: string
  start(): void
  /** Resolves when the page is there; raises an error that says why it could not be made. */
  ready(): Promise<void>
  stop(): Promise<void>
}

/** Nothing is waited for at `start`: whoever serves the page waits for `ready`. */
export function createConsoleBuild(): ConsoleBuild {
  const ending = new AbortController()
  let made: Promise<void> = Promise.resolve()

  return {
    folder: fileURLToPath(new URL('./dist', import.meta.url)),
    start() {
      made = make(ending.signal)
      // Whoever asks for the page is told; until then nobody is.
      made.catch(() => undefined)
    },
    ready: () => made,
    async stop() {
      ending.abort()
      await made.catch(() => undefined)
    },
  }
}

function make(ended: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const words: string[] = []
    const child = fork(fileURLToPath(new URL('./main.ts', import.meta.url)), {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      signal: AbortSignal.any([ended, AbortSignal.timeout(longestBuild)]),
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      words.push(stripVTControlCharacters(text))
      if (words.length > 100) words.shift()
    })
    const fail = (reason: string) =>
      reject(
        new LanternError('internal', `The page could not be made: ${reason.trim()}`, {
          remedy: 'Run `npm ci`, then `npm start` again.',
        }),
      )
    child.once('error', (error) => fail(error.message))
    child.once('exit', (code) =>
      code === 0 ? resolve() : fail(words.join('').slice(-2000) || `code ${code}`),
    )
  })
}
