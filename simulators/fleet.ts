/**
 * The fleet: opens its devices' connections at a bounded rate, lets each report when its turn comes, cuts
 * those that fall silent, and gets new tokens for those that are not let in. One timer moves all of it, a
 * tenth of the devices at each tick. Called by main.ts.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { messageOf } from '../model/errors.ts'
import { minute, second } from '../model/time.ts'
import type { Account } from './account.ts'
import type { SimulatedDevice } from './fleet-plan.ts'
import { createSharedTimers } from './keepalive.ts'
import { Link } from './link.ts'
import type { Reader } from './readings/reader.ts'
import { createRota, type Rota } from './rota.ts'

const tickMs = 100
const slices = 10
/** Connections begun in one tick (300 in a second), and how many may be in the making. */
const openedPerTick = 30
const mostOpening = 100
/** So many refusals in a row, and a device asks for a new token; one alone may be a server in its start. */
const refusalsBeforeRenewal = 2
const renewalEvery = 5 * second
/** A stretch longer than this in which the process stood still is not caught up with. */
const longestGap = 2 * minute

export interface Fleet {
  readonly links: readonly Link[]
  start(): void
  /** Lets everyone report from now on; `start` says from when (see createRota). */
  goLive(start: { since: number } | { now: number }): void
  /** Stops reporting and waits until everything is acknowledged, at most so many ms. */
  drain(limit: number): Promise<void>
  /** Says goodbye for every device, waits at most so many ms, and counts what was refused. */
  stop(limit: number): Promise<void>
  /** How many are connected now. */
  connected(): number
}

export function createFleet(options: {
  devices: readonly SimulatedDevice[]
  readerOf: (device: SimulatedDevice) => Reader
  tokens: ReadonlyMap<string, string>
  mqttUrl: string
  account: Account
  /** Gets new tokens; a device that is left out is gone from the registry. */
  renewTokens: (ids: readonly string[]) => Promise<ReadonlyMap<string, string>>
  warn: (line: string) => void
}): Fleet {
  const { devices, readerOf, tokens, mqttUrl, account, renewTokens, warn } = options
  const timers = createSharedTimers()
  const links = devices.flatMap((device) => {
    const token = tokens.get(device.id)
    if (token === undefined) return []
    return [new Link({ device, token, reader: readerOf(device), mqttUrl, timers, account })]
  })
  const gone = new Set<Link>()
  let rota: Rota<Link> | undefined
  let live = false
  let tick: NodeJS.Timeout | undefined
  let slice = 0
  let tickedAt = 0
  let renewAt = 0
  let renewing = false

  const needed = (link: Link, now: number) => link.waiting > 0 || (live && !link.reader.silent(now))

  function connectSome(now: number): void {
    let opening = links.reduce((sum, { state }) => sum + (state === 'opening' ? 1 : 0), 0)
    let budget = openedPerTick
    for (let index = slice; index < links.length; index += slices) {
      const link = links[index]
      if (!link || gone.has(link)) continue
      if (link.state !== 'closed') {
        if (live && !needed(link, now)) link.cut()
      } else if (budget > 0 && opening < mostOpening && now >= link.retryAt && needed(link, now)) {
        link.open()
        budget -= 1
        opening += 1
      }
    }
    slice = (slice + 1) % slices
  }

  async function renewSome(now: number): Promise<void> {
    if (renewing || now < renewAt) return
    const refused = links.filter((link) => link.refusals >= refusalsBeforeRenewal && !gone.has(link))
    if (refused.length === 0) return
    renewing = true
    try {
      const some = refused.slice(0, 1000)
      const fresh = await renewTokens(some.map(({ id }) => id))
      for (const link of some) {
        const token = fresh.get(link.id)
        if (token === undefined) {
          gone.add(link)
          account.refused += link.giveUp()
          continue
        }
        link.token = token
        link.refusals = 0
        link.retryAt = 0
      }
    } catch (thrown) {
      warn(`new tokens were not to be had: ${messageOf(thrown)}`)
    } finally {
      renewing = false
      renewAt = Date.now() + renewalEvery
    }
  }

  function onTick(): void {
    const now = Date.now()
    if (rota && tickedAt > 0 && now - tickedAt > longestGap) rota.take(now, () => {})
    tickedAt = now
    rota?.take(now, (link, at) => {
      if (!gone.has(link) && !link.reader.silent(at)) link.offer(at)
    })
    connectSome(now)
    void renewSome(now)
  }

  return {
    links,
    start() {
      tick = setInterval(onTick, tickMs)
    },
    goLive(start) {
      live = true
      rota = createRota(links, start)
    },
    async drain(limit) {
      rota = undefined
      const until = Date.now() + limit
      while (Date.now() < until && links.some((link) => link.waiting > 0)) await wait(tickMs / 2)
    },
    async stop(limit) {
      clearInterval(tick)
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, limit)
      })
      await Promise.race([Promise.all(links.map((link) => link.close())), late])
      clearTimeout(timer)
      for (const link of links) {
        link.cut()
        if (link.refusals > 0 || gone.has(link)) account.shutOut += 1
        account.refused += link.giveUp()
      }
      timers.stop()
    },
    connected: () => links.reduce((sum, { state }) => sum + (state === 'open' ? 1 : 0), 0),
  }
}
