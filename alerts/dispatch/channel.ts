/** What the dispatcher asks of a channel, and what became of an attempt. */
import type { Channel } from '../../model/subscription.ts'
import type { Message } from './message.ts'

export type Outcome =
  | { readonly ok: true }
  | {
      readonly ok: false
      /** For the person who looks at the delivery. */
      readonly error: string
      /** ms; the receiver asked for it. */
      readonly waitMs?: number
      /** It can never succeed: no further attempt is made. */
      readonly final?: boolean
    }

export interface Sender<Type extends Channel['type']> {
  /** One attempt; never rejects. */
  send(request: {
    channel: Extract<Channel, { type: Type }>
    message: Message
    secret: string
    at: number
    signal: AbortSignal
  }): Promise<Outcome>
  stop(): void
}
