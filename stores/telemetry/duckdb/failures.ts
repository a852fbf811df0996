/**
 * What DuckDB's errors mean for a caller: which are over when asked again, which need a new process, and
 * which the caller can mend by asking for less.
 */
import { LanternError, messageOf } from '../../../model/errors.ts'

/** After such an error DuckDB refuses everything until the file is opened anew. */
export function isFatal(thrown: unknown): boolean {
  return /^FATAL Error|database has been invalidated/.test(messageOf(thrown))
}

/** The error to hand on for one that a statement raised. */
export function asStoreError(thrown: unknown): unknown {
  if (thrown instanceof LanternError) return thrown
  const message = messageOf(thrown)
  if (isFatal(thrown))
    return new LanternError('store-unavailable', `the telemetry store must be opened anew: ${message}`, {
      cause: thrown,
    })
  // A disk that is full fails at the commit, and leaves nothing of the transaction.
  if (/^(IO|TransactionContext) Error/.test(message))
    return new LanternError('store-unavailable', `the telemetry store cannot read or write: ${message}`, {
      cause: thrown,
    })
  if (message.startsWith('Out of Memory Error'))
    return new LanternError('query-too-large', `the telemetry store has not enough memory: ${message}`, {
      cause: thrown,
    })
  if (message.startsWith('INTERRUPT Error'))
    return new LanternError('store-timeout', 'the telemetry store stopped this query', { cause: thrown })
  return thrown
}
