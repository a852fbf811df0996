/**
 * Who is signed in. The secret is a cookie that no script can read: the page knows only the name, the role and until when,
 * and notices when Lantern no longer knows the session.
 */
import { computed, type ReadonlySignal, signal } from '@preact/signals'
import { type Session, type SignedIn, session } from '../../../../model/answers/session.ts'
import { includesRole, type Role } from '../../../../model/role.ts'
import type { Requests } from '../requests.ts'

export interface SessionStore {
  /** undefined: not known yet; null: nobody. */
  readonly signedIn: ReadonlySignal<SignedIn | null | undefined>
  /** Whether somebody was signed in and is not any more, without having signed out. */
  readonly hasEnded: ReadonlySignal<boolean>
  may(role: Role): boolean
  /** Raises `RequestError` when Lantern refuses. */
  signIn(by: { key: string } | { code: string }): Promise<void>
  signOut(): Promise<void>
  /** Asks Lantern again who is signed in. */
  refresh(): Promise<void>
}

export function createSessionStore(options: { requests: Requests }): SessionStore {
  const { requests } = options
  const signedIn = signal<SignedIn | null | undefined>(undefined)
  const lost = signal(false)

  function take(answer: Session): void {
    if (signedIn.peek() && !answer.signedIn) lost.value = true
    else if (answer.signedIn) lost.value = false
    signedIn.value = answer.signedIn
  }

  return {
    signedIn,
    hasEnded: computed(() => lost.value),
    may: (role) => Boolean(signedIn.value && includesRole(signedIn.value.role, role)),
    async signIn(by) {
      take(await requests.send('POST', '/v1/session', session, by))
    },
    async signOut() {
      const answer = await requests.send('DELETE', '/v1/session', session)
      signedIn.value = answer.signedIn
      lost.value = false
    },
    async refresh() {
      take(await requests.get('/v1/session', session))
    },
  }
}
