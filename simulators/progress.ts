/** How far a backfill is: a bar on a terminal, a plain line every few seconds elsewhere. */
import { Presets, SingleBar } from 'cli-progress'
import { second } from '../model/time.ts'

export interface Progress {
  update(done: number, total: number): void
  stop(): void
}

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

export function createProgress(
  say: (line: string) => void,
  stream: NodeJS.WriteStream = process.stderr,
): Progress {
  if (!stream.isTTY) {
    let saidAt = 0
    let said = -1
    return {
      update(done, total) {
        if (done === said || (Date.now() - saidAt < 5 * second && done < total)) return
        said = done
        saidAt = Date.now()
        say(`backfill: ${whole.format(done)} of ${whole.format(total)} readings`)
      },
      stop: () => {},
    }
  }
  const format = 'backfill [{bar}] {percentage}% | {value} of {total} readings | {eta_formatted} left'
  const bar = new SingleBar({ format, stream, hideCursor: true, etaBuffer: 500 }, Presets.shades_classic)
  let started = false
  return {
    update(done, total) {
      if (!started) bar.start(Math.round(total), done)
      started = true
      bar.setTotal(Math.round(total))
      bar.update(done)
    },
    stop: () => bar.stop(),
  }
}
