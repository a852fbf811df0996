/** Waiting where `expect.poll` may not stand (in hooks), with a time limit that says what did not come. */
import { setTimeout as sleep } from 'node:timers/promises'

export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  timeoutMs = 30_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`after ${timeoutMs} ms still not: ${what}`)
    await sleep(100)
  }
}
