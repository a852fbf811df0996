/** The open alerts, live. */
import { type ReadonlySignal, signal } from '@preact/signals'
import type { NamedAlert } from '../../../../model/answers/alerts.ts'
import type { Requests } from '../requests.ts'
import type { Connection } from './connection.ts'
import type { SessionStore } from './session.ts'

export interface AlertStore {
  /** By id; undefined: not known (nobody is signed in, or not loaded yet). */
  readonly open: ReadonlySignal<ReadonlyMap<number, NamedAlert> | undefined>
  start(): void
  stop(): void
}

export function createAlertStore(_options: {
  requests: Requests
  session: SessionStore
  connection: Connection
}): AlertStore {
  return { open: signal(undefined), start() {}, stop() {} }
}
