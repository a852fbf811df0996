/**
 * Waits, with a limit, until a Grafana that is starting is well, and says which version it is. Follows
 * https://grafana.com/docs/grafana/latest/developers/http_api/other/#health-api. No secret is sent before this has shown
 * that a Grafana answers. Called by provision.ts.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { LanternError } from '../../../model/errors.ts'
import { type Clock, second } from '../../../model/time.ts'
import { type Answer, notGrafana, refused } from './failures.ts'
import type { Grafana } from './http.ts'

/** The version stands there unless the administrator hides it. */
const health = z.looseObject({ database: z.string(), version: z.string().optional() })

/** The first version whose alert rules can have a contact point without a change of the notification policies. */
const oldestMajor = 11

/** `patience`: how long to wait, ms. Raises what is wrong at the end of it, or at once where waiting cannot help. */
export async function awaitHealth(options: {
  grafana: Grafana
  patience: number
  now: Clock
  say: (line: string) => void
}): Promise<string> {
  const { grafana, patience, now, say } = options
  const until = now() + patience
  for (let pause = second / 4, waiting = false; ; pause = Math.min(pause * 2, 2 * second)) {
    const found = await grafana
      .ask('/api/health', { signedIn: false })
      .then((answer) => judge(grafana.url, answer), asPassing)
    if (typeof found === 'string') return checked(found)
    if (now() + pause > until) throw found
    if (!waiting) say(`Waiting for Grafana, at most ${patience / second} s: ${found.message}`)
    waiting = true
    await sleep(pause)
  }
}

/** The version, or why to wait; raises where waiting cannot help. */
function judge(url: string, answer: Answer): string | LanternError {
  const { status, body } = answer
  const read = health.safeParse(body)
  if (read.success && status === 200 && read.data.database === 'ok') return read.data.version ?? ''
  if (read.success)
    return new LanternError('store-unavailable', `${url}: its own database is "${read.data.database}"`, {
      passing: true,
      remedy: "Grafana runs, but its database does not answer: Grafana's log says why.",
    })
  if (status >= 502 && status <= 504) return refused(url, answer)
  throw notGrafana(url, answer)
}

function asPassing(thrown: unknown): LanternError {
  if (thrown instanceof LanternError && thrown.passing) return thrown
  throw thrown
}

function checked(version: string): string {
  const major = Number(/^(\d+)\./.exec(version)?.[1] ?? oldestMajor)
  if (major >= oldestMajor) return version
  throw new LanternError('invalid-request', `this is Grafana ${version}`, {
    remedy: `Lantern's alert rules need Grafana ${oldestMajor} or newer. Update it; nothing was changed.`,
  })
}
