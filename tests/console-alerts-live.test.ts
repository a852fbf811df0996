/** The open alerts on the console, live: no gap between list and stream, nothing twice, and begun anew whatever becomes of either. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createAlertFollower, type StreamListener } from '../dashboards/console/page/alerts/follow-alerts.ts'
import { broughtUp, createOpenAlerts } from '../dashboards/console/page/alerts/open-alerts.ts'
import type { NamedAlert } from '../model/answers/alerts.ts'
import { consoleAlert } from './console-alert.ts'

const later = '2026-11-22T05:30:00.000Z'

describe('the open alerts', () => {
  test('lose what is over, shelved or stood for, and remember how it left', () => {
    const known = createOpenAlerts()
    known.replace([1, 2, 3, 4].map((id) => consoleAlert({ id })))
    expect(known.take(consoleAlert({ id: 1, state: 'cleared' }))).toBe(true)
    known.take(consoleAlert({ id: 2, shelvedUntil: later }))
    known.take(consoleAlert({ id: 3, inhibitedBy: 9 }))
    expect([...known.open.keys()]).toEqual([4])
    expect([...known.ended.keys()]).toEqual([1, 2, 3])
    known.take(consoleAlert({ id: 2, changedAt: later }))
    expect([...known.open.keys()]).toEqual([4, 2])
    expect([...known.ended.keys()]).toEqual([1, 3])
  })

  test('take nothing older than what they know', () => {
    const known = createOpenAlerts()
    known.take(consoleAlert({ id: 1, state: 'cleared', changedAt: later }))
    known.take(consoleAlert({ id: 1, state: 'acknowledged', changedAt: later }))
    expect(known.take(consoleAlert({ id: 1, state: 'open' }))).toBe(false)
    expect(known.open.get(1)?.state).toBe('acknowledged')
  })

  test('say that nothing changed where an unknown one is over', () => {
    const known = createOpenAlerts()
    expect(known.take(consoleAlert({ id: 1, state: 'cleared' }))).toBe(false)
    expect(known.ended.size).toBe(0)
  })

  test('bring another answer up to what has been heard since', () => {
    const known = createOpenAlerts()
    known.replace([1, 2, 3].map((id) => consoleAlert({ id })))
    known.take(consoleAlert({ id: 2, state: 'cleared', changedAt: later }))
    const answered = [
      consoleAlert({ id: 1, state: 'acknowledged', changedAt: later }),
      consoleAlert({ id: 2, shelvedUntil: later }),
    ]
    const over = ({ state }: NamedAlert) => state === 'cleared'
    const states = (all: ReadonlyMap<number, NamedAlert>) => [...all].map(([id, { state }]) => [id, state])
    expect(states(broughtUp(answered, known, (alert) => !over(alert)))).toEqual([
      [1, 'acknowledged'],
      [2, 'cleared'],
      [3, 'open'],
    ])
    expect(states(broughtUp([], known, over))).toEqual([[2, 'cleared']])
  })

  test('do not grow, however many come and go', () => {
    const known = createOpenAlerts({ most: 10 })
    for (let id = 1; id < 5000; id++) {
      known.take(consoleAlert({ id }))
      if (id % 2 === 0) known.take(consoleAlert({ id, state: 'cleared', changedAt: later }))
    }
    expect(known.open.size).toBe(10)
    expect(known.ended.size).toBe(500)
    known.replace([])
    expect(known.open.size).toBe(0)
    expect(known.ended.size).toBe(500)
  })
})

/** A stream and a list that do what a test says, when it says it. */
function createWorld() {
  const streams: { listener: StreamListener; isClosed: boolean }[] = []
  const lists: { answer(alerts: NamedAlert[]): void; fail(): void; signal: AbortSignal }[] = []
  let refusals = 0
  const follower = createAlertFollower({
    openStream(listener) {
      const stream = { listener, isClosed: false }
      streams.push(stream)
      return {
        close() {
          stream.isClosed = true
        },
      }
    },
    list(signal) {
      const { promise, resolve, reject } = Promise.withResolvers<{ alerts: NamedAlert[]; isCut: boolean }>()
      lists.push({
        answer: (alerts) => resolve({ alerts, isCut: false }),
        fail: () => reject(new Error('away')),
        signal,
      })
      return promise
    },
    onRefused: () => refusals++,
    clock: () => Date.now(),
  })
  const last = <T>(of: readonly T[]): T => {
    const found = of.at(-1)
    if (!found) throw new Error('there is none yet')
    return found
  }
  return {
    follower,
    streams,
    lists,
    refusals: () => refusals,
    stream: () => last(streams),
    list: () => last(lists),
    step(id: number, alert: NamedAlert) {
      const step = {
        id,
        step: 'commented',
        at: later,
        by: 'k',
        comment: null,
        severity: 'major',
        state: 'open',
      }
      last(streams).listener.event(JSON.stringify({ step, alert }))
    },
    shown: () => [...(follower.open.value?.keys() ?? [])],
    /** What is gathered is shown, what is promised is done. */
    settle: (ms = 200) => vi.advanceTimersByTimeAsync(ms),
  }
}

describe('following them', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  async function live(...alerts: NamedAlert[]) {
    const world = createWorld()
    world.follower.start()
    world.stream().listener.opened()
    world.list().answer(alerts)
    await world.settle()
    expect(world.follower.state.value.name).toBe('live')
    return world
  }

  test('asks for the list only when the stream is open, and keeps what comes meanwhile', async () => {
    const world = createWorld()
    world.follower.start()
    expect([world.follower.state.value.name, world.lists.length]).toEqual(['loading', 0])
    world.stream().listener.opened()
    world.step(1, consoleAlert({ id: 8 }))
    world.step(2, consoleAlert({ id: 7, state: 'cleared', changedAt: later }))
    expect(world.follower.open.value).toBeUndefined()
    world.list().answer([consoleAlert({ id: 7 }), consoleAlert({ id: 6 })])
    await world.settle()
    expect(world.shown()).toEqual([6, 8])
    expect(world.follower.state.value.name).toBe('live')
    world.follower.stop()
  })

  test('takes each step once', async () => {
    const world = await live(consoleAlert({ id: 1 }))
    world.step(5, consoleAlert({ id: 1, state: 'acknowledged' }))
    world.step(5, consoleAlert({ id: 1, state: 'open' }))
    world.step(4, consoleAlert({ id: 2 }))
    await world.settle()
    expect(world.follower.open.value?.get(1)?.state).toBe('acknowledged')
    expect(world.shown()).toEqual([1])
    world.follower.stop()
  })

  test('shows steps that come together at once, not one by one', async () => {
    const world = await live()
    let changes = 0
    const dispose = world.follower.open.subscribe(() => changes++)
    changes = 0
    for (let id = 1; id <= 50; id++) world.step(id, consoleAlert({ id }))
    await world.settle()
    expect([world.shown().length, changes]).toEqual([50, 1])
    dispose()
    world.follower.stop()
  })

  test('asks for the list again when the browser has reconnected, also where the server began anew', async () => {
    const world = await live(consoleAlert({ id: 1 }))
    world.step(100, consoleAlert({ id: 2 }))
    world.stream().listener.failed(false)
    expect(world.follower.state.value.name).toBe('waiting')
    expect(world.shown()).toEqual([1])
    world.stream().listener.opened()
    world.list().answer([consoleAlert({ id: 3 })])
    await world.settle()
    expect(world.shown()).toEqual([3])
    // Its steps are counted from the beginning again.
    world.step(1, consoleAlert({ id: 4 }))
    await world.settle()
    expect(world.shown()).toEqual([3, 4])
    expect(world.streams.length).toBe(1)
    world.follower.stop()
  })

  test('gives up a list whose stream broke off, and is not live before it is back', async () => {
    const world = createWorld()
    world.follower.start()
    world.stream().listener.opened()
    world.stream().listener.failed(false)
    expect(world.list().signal.aborted).toBe(true)
    world.list().answer([consoleAlert({ id: 1 })])
    await world.settle()
    expect([world.follower.state.value.name, world.follower.open.value]).toEqual(['waiting', undefined])
    world.stream().listener.opened()
    world.list().answer([consoleAlert({ id: 1 })])
    await world.settle()
    expect([world.follower.state.value.name, world.shown()]).toEqual(['live', [1]])
    world.follower.stop()
  })

  test('begins anew with longer and longer pauses where the stream is refused, and asks who is signed in', async () => {
    const world = await live(consoleAlert({ id: 1 }))
    const pauses: number[] = []
    for (let time = 0; time < 8; time++) {
      const before = world.streams.length
      const refused = Date.now()
      world.stream().listener.failed(true)
      expect(world.streams.at(-1)?.isClosed).toBe(true)
      while (world.streams.length === before) await world.settle(500)
      pauses.push(Math.round((Date.now() - refused) / 1000))
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 30, 30, 30])
    expect(world.refusals()).toBe(8)
    expect(world.shown()).toEqual([1])
    world.stream().listener.opened()
    world.list().answer([])
    await world.settle()
    expect([world.follower.state.value.name, world.shown()]).toEqual(['live', []])
    world.follower.stop()
  })

  test('begins anew where the list fails, and where nothing answers at all', async () => {
    const world = createWorld()
    world.follower.start()
    world.stream().listener.opened()
    world.list().fail()
    await world.settle(1500)
    expect(world.streams.length).toBe(2)
    await world.settle(30_000)
    expect(world.streams.length).toBeGreaterThan(2)
    expect(world.streams.slice(0, -1).every(({ isClosed }) => isClosed)).toBe(true)
    world.follower.stop()
    expect(world.stream().isClosed).toBe(true)
  })

  test('hears nothing any more of a stream that it has left', async () => {
    const world = await live(consoleAlert({ id: 1 }))
    const former = world.stream().listener
    former.failed(true)
    await world.settle(1500)
    world.stream().listener.opened()
    world.list().answer([consoleAlert({ id: 1 })])
    await world.settle()
    former.opened()
    former.failed(true)
    expect([world.lists.length, world.follower.state.value.name]).toEqual([2, 'live'])
    world.follower.stop()
  })

  test('shows at once what an action answered', async () => {
    const world = await live(consoleAlert({ id: 1 }))
    world.follower.take(consoleAlert({ id: 1, state: 'acknowledged', changedAt: later }))
    expect(world.follower.open.value?.get(1)?.state).toBe('acknowledged')
    world.follower.stop()
  })

  test('rests without a stream, looks now and then, and takes it up again', async () => {
    const world = await live(consoleAlert({ id: 1 }))
    world.follower.rest()
    expect(world.stream().isClosed).toBe(true)
    world.list().answer([consoleAlert({ id: 2 })])
    await world.settle(61_000)
    expect([world.lists.length, world.streams.length, world.shown()]).toEqual([3, 1, [2]])
    world.follower.start()
    expect(world.streams.length).toBe(2)
    world.follower.stop()
  })

  test('leaves nothing behind when it stops', async () => {
    const world = await live(consoleAlert({ id: 1 }))
    world.stream().listener.opened()
    world.follower.stop()
    expect(world.list().signal.aborted).toBe(true)
    expect([world.stream().isClosed, world.follower.open.value]).toEqual([true, undefined])
    world.list().answer([consoleAlert({ id: 2 })])
    await world.settle(1000)
    expect([world.follower.open.value, world.follower.state.value.name]).toEqual([undefined, 'off'])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('is not put out by what is no event', async () => {
    const world = await live(consoleAlert({ id: 1 }))
    for (const data of ['', '{', 'null', '{"step":{}}']) world.stream().listener.event(data)
    await world.settle()
    expect([world.shown(), world.follower.state.value.name]).toEqual([[1], 'live'])
    world.follower.stop()
  })
})
