/** The census of the whole process on its own store: coverage by time is there soon after the start, and after another. */
import { expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { minute } from '../../model/time.ts'
import { seedDevices, startLantern } from '../support/lantern.ts'
import { temporaryFolder } from '../support/temporary.ts'

const answer = z.object({
  area: z.string().nullable(),
  points: z.array(z.object({ time: z.string(), places: z.number(), working: z.number() })),
})

it('records coverage from the start on, one figure a minute, and keeps it over a restart', {
  timeout: 60_000,
}, async () => {
  const dataDir = temporaryFolder()
  await seedDevices(dataDir, 5)
  const times = new Set<number>()
  for (let starts = 0; starts < 2; starts++) {
    const lantern = await startLantern({ dataDir })
    onTestFinished(() => lantern.kill().catch(() => undefined))
    const url = `${lantern.httpUrl}/v1/coverage/history?window=1m&to=${Date.now() + 10 * minute}`
    const history = async () => answer.parse(await (await fetch(url)).json())
    await expect.poll(history, { timeout: 25_000, interval: 300 }).toMatchObject({
      area: null,
      points: expect.arrayContaining([expect.objectContaining({ working: 0 })]),
    })
    const { points } = await history()
    for (const { time, places } of points) {
      expect(places).toBe(4)
      times.add(Date.parse(time))
    }
    expect(points.length).toBe(times.size)
    expect(await lantern.stop()).toBe(0)
  }
})
