/** What waits for the telemetry store is bounded, also where what came are no readings at all. */
import { expect, it } from 'vitest'
import { type Batch, newBatch } from '../ingest/batch.ts'
import { createStoring } from '../ingest/storing.ts'

const nonsense = (position: number): Batch => {
  const message = { topic: 'devices/d/telemetry', payload: Buffer.from('[1]'), receivedAt: 1 }
  return {
    ...newBatch({ position, messages: [message], alreadyStored: false, alreadyCounted: false }),
    candidates: Array.from({ length: 10_000 }, () => ({ deviceId: 'd', value: 1, message })),
  }
}

it('takes no more while enough waits, and goes on when the store does', async () => {
  const stored: { position: number; candidates: number }[] = []
  let release: () => void = () => undefined
  const storing = createStoring({
    gatherMs: 0,
    store: ({ position, candidates }) =>
      new Promise((resolve) => {
        stored.push({ position, candidates: candidates.length })
        release = resolve
      }),
  })
  // The first is under way; four fit beside one another behind it, and the next has to wait.
  for (let position = 1; position <= 5; position++) await storing.take(nonsense(position))
  let taken = false
  const sixth = storing.take(nonsense(6)).then(() => {
    taken = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  expect(taken).toBe(false)
  release()
  await sixth
  release()
  await expect.poll(() => stored.length).toBe(3)
  release()
  await storing.end()
  expect(stored).toEqual([
    { position: 1, candidates: 10_000 },
    { position: 5, candidates: 40_000 },
    { position: 6, candidates: 10_000 },
  ])
})
