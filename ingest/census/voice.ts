/** One line in the log when something begins to fail, one when it works again, however often it fails in between. */
import type { Logger } from 'pino'

export interface Voice {
  failed(reason: string): void
  worked(): void
}

export function createVoice(logger: Logger, words: { failing: string; again: string }): Voice {
  let isFailing = false
  return {
    failed(reason) {
      if (!isFailing) logger.warn({ reason }, words.failing)
      isFailing = true
    },
    worked() {
      if (isFailing) logger.info(words.again)
      isFailing = false
    },
  }
}
