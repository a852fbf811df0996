/**
 * Writes history through the same MQTT door as live readings: per device in the order of time, over all
 * devices the oldest first, up to 500 readings a message. The moments are those of the live grid, so doing
 * it again sends the same keys with the same values and changes nothing. Called by main.ts.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { hour, lateLimit, minute, second } from '../model/time.ts'
import type { Account } from './account.ts'
import type { Link } from './link.ts'
import { firstOnGrid, phaseOf } from './rota.ts'

/** Readings in a message of a device that reports most often. */
const readingsPerMessage = 500
/** Messages in flight over all devices, and hence connections being opened for it. */
const mostInFlight = 64
/** Without any PUBACK for so long, the backfill gives up. */
const patience = 5 * minute

/**
 * Where a backfill begins: so far back, but a little less than the age at which a reading is refused, so that
 * the oldest arrive in time.
 */
export const backfillStart = (now: number, span: number) => now - Math.min(span, lateLimit - hour)

/** Raises an error when the broker acknowledges nothing for five minutes. */
export async function backfill(options: {
  links: readonly Link[]
  /** Epoch ms; from is inclusive, until exclusive. */
  from: number
  until: number
  account: Account
  /** Readings done, of how many. */
  progress: (done: number, total: number) => void
  signal: AbortSignal
}): Promise<void> {
  const { links, from, until, account, progress, signal } = options
  const shortest = Math.min(...links.map((link) => link.reportingIntervalSeconds))
  const slice = readingsPerMessage * shortest * second
  const total = links.reduce(
    (sum, link) => sum + (until - from) / (link.reportingIntervalSeconds * second),
    0,
  )
  let done = 0
  let inFlight = 0
  let freed = () => {}

  /** Waits until that is so; raises an error when the broker acknowledges nothing for too long. */
  async function holds(isSo: () => boolean): Promise<void> {
    let acknowledged = account.acknowledged
    let since = Date.now()
    while (!isSo() && !signal.aborted) {
      await Promise.race([
        new Promise<void>((resolve) => {
          freed = resolve
        }),
        wait(second),
      ])
      if (account.acknowledged > acknowledged) since = Date.now()
      acknowledged = account.acknowledged
      if (Date.now() - since > patience) throw new Error('the broker acknowledged nothing for 5 minutes')
    }
  }

  for (let start = from; start < until && !signal.aborted; start += slice) {
    const end = Math.min(until, start + slice)
    for (const link of links) {
      await holds(() => inFlight < mostInFlight && link.waiting === 0)
      if (signal.aborted) break
      const moments = momentsOf(link, start, end)
      done += moments.length
      const heard = moments.filter((at) => !link.reader.silent(at))
      if (heard.length === 0) continue
      inFlight += 1
      link.onIdle = () => {
        link.onIdle = undefined
        inFlight -= 1
        freed()
      }
      link.offerHistory(heard)
      link.open()
      progress(done, total)
    }
  }
  await holds(() => inFlight === 0)
  if (!signal.aborted) progress(done, done)
}

function momentsOf(link: Link, from: number, until: number): number[] {
  const interval = link.reportingIntervalSeconds * second
  const moments: number[] = []
  const first = firstOnGrid(from, interval, phaseOf(link.id, link.reportingIntervalSeconds))
  for (let at = first; at < until; at += interval) moments.push(at)
  return moments
}
