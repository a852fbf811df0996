/** How far a transfer is: a bar on a terminal, a plain line every few seconds elsewhere. */
import { Presets, SingleBar } from 'cli-progress'
import { second } from '../../../model/time.ts'

export interface Progress {
  /** Rows so far, of so many. */
  update(done: number, total: number): void
  stop(): void
}

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

export function createProgress(options: {
  say: (line: string) => void
  stream: NodeJS.WriteStream
}): Progress {
  const { say, stream } = options
  if (!stream.isTTY) {
    let saidAt = 0
    return {
      update(done, total) {
        if (Date.now() - saidAt < 5 * second && done < total) return
        saidAt = Date.now()
        say(`${whole.format(done)} of ${whole.format(total)} rows`)
      },
      stop: () => undefined,
    }
  }
  const format = '[{bar}] {percentage}% | {value} of {total} rows | {eta_formatted} left'
  // The cursor stays: Ctrl-C is a good way to end this, and would leave the terminal without one.
  const bar = new SingleBar({ format, stream, hideCursor: false, etaBuffer: 50 }, Presets.shades_classic)
  let started = false
  return {
    update(done, total) {
      if (!started) bar.start(total, done)
      started = true
      bar.update(done)
    },
    stop() {
      if (started) bar.stop()
    },
  }
}
