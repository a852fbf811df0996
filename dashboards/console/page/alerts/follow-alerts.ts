/**
 * Follows the open alerts: the stream is opened first and the list asked for after it, each time anew, so that nothing can
 * fall between the two, whatever the network or the server did meanwhile. Used by store/alerts.ts, which brings the browser.
 */
import { type ReadonlySignal, signal } from '@preact/signals'
import { alertEvent, type NamedAlert } from '../../../../model/answers/alerts.ts'
import { createOpenAlerts } from './open-alerts.ts'

/** The stream is opened anew when it has not begun within this. */
const longestOpening = 20_000
const longestPause = 30_000
/** Steps that come together are shown together. */
const gatherMs = 100
/** However well the stream fits: a connection that died unnoticed is found out after so long. */
const listEveryMs = 300_000
/** Of a page that nobody sees, which has no stream. */
const restEveryMs = 60_000
/** Alerts that may change while the list is under way; more, and it is asked for anew. */
const mostMeanwhile = 5000

export interface StreamListener {
  opened(): void
  event(data: string): void
  /** `isFinal`: it does not come back by itself. */
  failed(isFinal: boolean): void
}

export interface FollowState {
  readonly name: 'off' | 'loading' | 'live' | 'waiting'
  /** Epoch ms. */
  readonly since: number
}

export interface AlertFollower {
  /** By id; undefined: not known. A new map with each change. */
  readonly open: ReadonlySignal<ReadonlyMap<number, NamedAlert> | undefined>
  readonly ended: ReadonlySignal<ReadonlyMap<number, NamedAlert>>
  /** Whether there are more than can be kept. */
  readonly isCut: ReadonlySignal<boolean>
  readonly state: ReadonlySignal<FollowState>
  /** What an action answered, which is newer than the list. */
  take(alert: NamedAlert): void
  start(): void
  /** Lets go of the stream and only looks now and then, until it is started again. */
  rest(): void
  stop(): void
}

export function createAlertFollower(options: {
  openStream(listener: StreamListener): { close(): void }
  list(ended: AbortSignal): Promise<{ alerts: NamedAlert[]; isCut: boolean }>
  /** The stream was refused: maybe the session is over. */
  onRefused(): void
  clock(): number
}): AlertFollower {
  const { openStream, list, onRefused, clock } = options
  const open = signal<ReadonlyMap<number, NamedAlert> | undefined>(undefined)
  const ended = signal<ReadonlyMap<number, NamedAlert>>(new Map())
  const isCut = signal(false)
  const state = signal<FollowState>({ name: 'off', since: clock() })
  let known = createOpenAlerts()
  let stream: { close(): void } | undefined
  /** Of the list under way: what came over the stream meanwhile, the newest of each alert. */
  let listing: { ending: AbortController; meanwhile: Map<number, NamedAlert> } | undefined
  let newestStep = 0
  let failures = 0
  let isResting = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let gathering: ReturnType<typeof setTimeout> | undefined

  function become(name: FollowState['name']): void {
    if (state.peek().name !== name) state.value = { name, since: clock() }
  }

  function after(ms: number, then: () => void): void {
    clearTimeout(timer)
    timer = setTimeout(then, ms)
  }

  function show(): void {
    clearTimeout(gathering)
    gathering = undefined
    open.value = new Map(known.open)
    ended.value = new Map(known.ended)
  }

  function hangUp(): void {
    clearTimeout(timer)
    listing?.ending.abort()
    listing = undefined
    stream?.close()
    stream = undefined
  }

  /** Everything anew, after a pause that doubles with each time in a row. */
  function later(): void {
    hangUp()
    become('waiting')
    const pause = Math.min(longestPause, 1000 * 2 ** Math.min(5, failures++))
    after(pause, isResting ? () => void load() : begin)
  }

  function begin(): void {
    hangUp()
    after(longestOpening, later)
    let mine: { close(): void } | undefined
    const isMine = () => mine === undefined || stream === mine
    mine = openStream({
      opened() {
        if (isMine()) void load()
      },
      event(data) {
        if (isMine()) hear(data)
      },
      failed(isFinal) {
        if (!isMine()) return
        become('waiting')
        listing?.ending.abort()
        listing = undefined
        if (!isFinal) return after(longestOpening, later)
        later()
        onRefused()
      },
    })
    stream = mine
  }

  async function load(): Promise<void> {
    clearTimeout(timer)
    listing?.ending.abort()
    const mine = { ending: new AbortController(), meanwhile: new Map<number, NamedAlert>() }
    listing = mine
    newestStep = 0
    try {
      const found = await list(mine.ending.signal)
      if (listing !== mine) return
      known.replace(found.alerts)
      for (const alert of mine.meanwhile.values()) known.take(alert)
      listing = undefined
      failures = 0
      isCut.value = found.isCut
      show()
      become('live')
      after(isResting ? restEveryMs : listEveryMs, () => void load())
    } catch {
      // Whether Lantern answers at all is told by the connection; here it is only tried again.
      if (listing === mine) later()
    }
  }

  function hear(data: string): void {
    const event = alertEvent.safeParse(jsonOf(data))
    if (!event.success || event.data.step.id <= newestStep) return
    const { step, alert } = event.data
    newestStep = step.id
    listing?.meanwhile.set(alert.id, alert)
    if (listing && listing.meanwhile.size > mostMeanwhile) later()
    if (open.peek() && known.take(alert)) gathering ??= setTimeout(show, gatherMs)
  }

  return {
    open,
    ended,
    isCut,
    state,
    take(alert) {
      if (!open.peek()) return
      listing?.meanwhile.set(alert.id, alert)
      if (known.take(alert)) show()
    },
    start() {
      isResting = false
      if (!open.peek()) become('loading')
      begin()
    },
    rest() {
      isResting = true
      hangUp()
      void load()
    },
    stop() {
      hangUp()
      clearTimeout(gathering)
      gathering = undefined
      known = createOpenAlerts()
      failures = 0
      open.value = undefined
      ended.value = new Map()
      isCut.value = false
      become('off')
    },
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
