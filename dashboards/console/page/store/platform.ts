/** How Lantern itself is, in the few figures of one line: readings a second, how far behind, rejections, devices connected. */
import { type ReadonlySignal, signal } from '@preact/signals'
import { readiness } from '../../../../model/answers/health.ts'
import type { Requests } from '../requests.ts'
import { createPolling, type Polling } from './polling.ts'

const everyMs = 2000
/** The rate is that of the last 10 s: devices report in waves. */
const samplesKept = 6

export interface Platform {
  /** undefined: not known from the first answer alone. */
  readonly readingsPerSecond: number | undefined
  readonly lagMs: number
  readonly rejections: number
  readonly connections: number
  /** What is not well, in Lantern's words, by part. */
  readonly unwell: readonly { readonly name: string; readonly detail: string }[]
}

export interface PlatformStore extends Polling {
  readonly platform: ReadonlySignal<Platform | undefined>
}

export function createPlatformStore(options: { requests: Requests; clock(): number }): PlatformStore {
  const { requests, clock } = options
  const platform = signal<Platform | undefined>(undefined)
  const samples: { stored: number; at: number }[] = []

  const polling = createPolling({
    everyMs,
    async ask(ended) {
      const { components } = await requests.get('/readyz', readiness, ended)
      const at = clock()
      const figure = (part: string, name: string) =>
        components.find((component) => component.name === part)?.figures[name] ?? 0
      const stored = figure('ingest', 'readingsStored')
      // Fewer than before: ingest has begun anew.
      if (stored < (samples.at(-1)?.stored ?? 0)) samples.length = 0
      samples.push({ stored, at })
      if (samples.length > samplesKept) samples.shift()
      const first = samples[0]
      platform.value = {
        readingsPerSecond:
          first && at > first.at ? ((stored - first.stored) * 1000) / (at - first.at) : undefined,
        lagMs: figure('ingest', 'lagMs'),
        rejections: figure('ingest', 'rejections'),
        connections: figure('broker', 'connections'),
        unwell: components.filter(({ ok }) => !ok).map(({ name, detail }) => ({ name, detail })),
      }
    },
  })
  return { ...polling, platform }
}
