/**
 * The open alerts, live, while somebody is signed in: over server-sent events, which the browser reconnects by itself. A
 * page that nobody sees lets go of its stream, since a browser has few connections for all its tabs, and looks now and then.
 */
import { computed, effect, type ReadonlySignal, untracked } from '@preact/signals'
import { severities } from '../../../../model/alert.ts'
import { alertList, type NamedAlert } from '../../../../model/answers/alerts.ts'
import { type AlertFollower, createAlertFollower } from '../alerts/follow-alerts.ts'
import { createListPlace, type ListPlace } from '../alerts/list-place.ts'
import { mostOpen } from '../alerts/open-alerts.ts'
import { type Requests, routeOf } from '../requests.ts'
import type { Connection } from './connection.ts'
import type { SessionStore } from './session.ts'

const pageSize = 1000
/** Who only looks at another tab for a moment keeps the stream. */
const restAfterMs = 60_000

export interface AlertStore extends AlertFollower {
  /** Where somebody was in the list, for when they come back to it. */
  readonly place: ListPlace
  /** How many nobody has acknowledged. */
  readonly waiting: ReadonlySignal<number>
}

export function createAlertStore(options: {
  requests: Requests
  session: SessionStore
  connection: Connection
}): AlertStore {
  const { requests, session, connection } = options
  const follower = createAlertFollower({
    list: (ended) => listOpen(requests, ended),
    openStream({ opened, event, failed }) {
      const source = new EventSource('/v1/alerts/stream')
      source.addEventListener('open', opened)
      source.addEventListener('alert', ({ data }) => event(String(data)))
      source.addEventListener('error', () => failed(source.readyState === EventSource.CLOSED))
      return source
    },
    onRefused: () => void session.refresh().catch(() => undefined),
    clock: () => connection.now.peek(),
  })
  /** Of whom the alerts are; another person begins with nothing of the former's. */
  const who = computed(() => (session.may('viewer') ? session.signedIn.value?.key : undefined))
  let dispose = () => {}

  return {
    ...follower,
    place: createListPlace(),
    waiting: computed(
      () => [...(follower.open.value?.values() ?? [])].filter(({ state }) => state === 'open').length,
    ),
    start() {
      dispose = effect(() => {
        return who.value === undefined ? undefined : untracked(() => followWhileSeen(follower))
      })
    },
    stop: () => dispose(),
  }
}

/** Ends with what it returns. */
function followWhileSeen(follower: AlertFollower): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let isResting = false
  function onVisibility(): void {
    clearTimeout(timer)
    if (document.hidden) {
      timer = setTimeout(() => {
        isResting = true
        follower.rest()
      }, restAfterMs)
    } else if (isResting) {
      isResting = false
      follower.start()
    }
  }
  document.addEventListener('visibilitychange', onVisibility)
  follower.start()
  onVisibility()
  return () => {
    document.removeEventListener('visibilitychange', onVisibility)
    clearTimeout(timer)
    follower.stop()
  }
}

/** The gravest first, so that what is cut is what can wait. */
async function listOpen(requests: Requests, ended: AbortSignal) {
  const alerts: NamedAlert[] = []
  for (const severity of severities.toReversed()) {
    let cursor: string | undefined
    do {
      if (alerts.length >= mostOpen) return { alerts, isCut: true }
      const route = routeOf('/v1/alerts', { limit: pageSize, severity, cursor })
      const page = await requests.get(route, alertList, ended)
      alerts.push(...page.items)
      cursor = page.next ?? undefined
    } while (cursor !== undefined)
  }
  return { alerts, isCut: false }
}
