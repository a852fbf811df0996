/**
 * All that the page knows, in one place: made once by main.tsx, handed down to the components, started and stopped as a
 * whole. What only one page asks for is not here but with that page (parts/use-answer.ts).
 */
import { computed, type ReadonlySignal } from '@preact/signals'
import { createRequests, type Requests } from '../requests.ts'
import { type Format, formatIn } from '../words/format.ts'
import { type Words, wordsOf } from '../words/words.ts'
import { type AlertStore, createAlertStore } from './alerts.ts'
import { type Answers, createAnswers } from './answers.ts'
import { type CityStore, createCityStore } from './city.ts'
import { type Connection, createConnection } from './connection.ts'
import { createNavigation, type Navigation } from './navigation.ts'
import { createPlaceStore, type PlaceStore } from './places.ts'
import { createPlatformStore, type PlatformStore } from './platform.ts'
import { createPreferences, type Preferences } from './preferences.ts'
import { createSessionStore, type SessionStore } from './session.ts'

/** Until the city has said its own. */
const presumedTimeZone = 'Asia/Ho_Chi_Minh'

export interface Store {
  readonly requests: Requests
  readonly answers: Answers
  readonly connection: Connection
  readonly navigation: Navigation
  readonly preferences: Preferences
  readonly session: SessionStore
  readonly city: CityStore
  readonly places: PlaceStore
  readonly platform: PlatformStore
  readonly alerts: AlertStore
  /** The words and forms of the chosen language. */
  readonly words: ReadonlySignal<Words>
  readonly format: ReadonlySignal<Format>
  start(): void
  stop(): void
}

export function createStore(options: { window: Window; storage: Storage | undefined }): Store {
  const { window, storage } = options
  const connection = createConnection({ clock: Date.now })
  const requests = createRequests({
    onAnswer({ status, date, route }) {
      connection.onAnswer({ reached: status > 0, date })
      // Whoever was signed in and is refused now should be told so at once.
      if (status === 401 && session.signedIn.peek() && route !== '/v1/session')
        session.refresh().catch(() => undefined)
    },
  })
  const session = createSessionStore({ requests })
  const preferences = createPreferences({ storage, document: window.document })
  const navigation = createNavigation({ window })
  const city = createCityStore({ requests })
  const places = createPlaceStore({ requests, clock: Date.now })
  const platform = createPlatformStore({ requests, clock: Date.now })
  const alerts = createAlertStore({ requests, session, connection })
  const words = computed(() => wordsOf(preferences.language.value))
  const format = computed(() =>
    formatIn(preferences.language.value, city.city.value?.timeZone ?? presumedTimeZone),
  )
  const parts = [connection, preferences, navigation, city, platform, alerts]

  return {
    requests,
    answers: createAnswers(),
    connection,
    navigation,
    preferences,
    session,
    city,
    places,
    platform,
    alerts,
    words,
    format,
    start() {
      for (const part of parts) part.start()
      session.refresh().catch(() => undefined)
    },
    stop() {
      for (const part of parts.toReversed()) part.stop()
      places.stop()
    },
  }
}
