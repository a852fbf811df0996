/** The contract of storing: readings and position together, keys, watermarks, restarts. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Reading } from '../../../model/reading.ts'
import { hour, minute } from '../../../model/time.ts'
import { begin, readingsWithin, sites, temperature } from './city.ts'
import type { TelemetrySubject } from './subject.ts'

export function storingContract(subject: TelemetrySubject): void {
  describe('storing', () => {
    it('is empty at first', async () => {
      const { telemetry } = subject
      expect(await telemetry.position()).toBe(0)
      expect(await telemetry.watermarks()).toEqual(new Map())
      expect(await telemetry.existing([{ serial: 1, kind: 'camera', observedAt: begin }])).toEqual(new Set())
      expect(await telemetry.stats()).toMatchObject({ readings: 0, oldest: null })
    })

    it('gives back what was appended, also in another opening', async () => {
      const stored: Reading[] = [
        {
          kind: 'camera',
          serial: 1,
          observedAt: begin,
          receivedAt: begin - 299_999,
          values: { recording: true, videoLoss: false, fps: 25, storageUsedShare: 0.1, peopleCount: 0 },
        },
        {
          kind: 'street_sensor',
          serial: 2_147_483_647,
          observedAt: begin,
          receivedAt: begin + 30 * 24 * hour,
          values: { temperature: -0.1, pm25: 5e-324, illuminance: 200_000, waterLevel: 1 / 3 },
        },
      ]
      expect(await subject.telemetry.append(stored, 7)).toEqual({ refused: [] })
      const reopened = await subject.reopen()
      expect(await reopened.position()).toBe(7)
      for (const reading of stored) {
        const { kind, serial } = reading
        expect(await reopened.latest({ kind, serial, limit: 2 })).toEqual([reading])
      }
      expect(await reopened.stats()).toMatchObject({ readings: 2, oldest: begin })
      expect((await reopened.stats()).bytes > 0).toBe(!subject.tellsNoSize)
    })

    it('moves the position without readings', async () => {
      await subject.telemetry.append([], 3)
      expect(await subject.telemetry.position()).toBe(3)
    })

    it('takes a batch that is larger than one chunk, with absent fields anywhere', async () => {
      const many = Array.from({ length: 5000 }, (_, index): Reading => {
        const reading = temperature(6, begin + index, index)
        return index % 3 === 0 ? { ...reading, values: { pm25: index } } : reading
      })
      await subject.telemetry.append(many, 1)
      const back = await subject.telemetry.latest({ kind: 'street_sensor', serial: 6, limit: 10_000 })
      expect(back.toReversed()).toEqual(many)
    })

    it('stores nothing of a batch that it cannot store, and takes the mended one', async () => {
      const good = temperature(6, begin, 20)
      await subject.telemetry.append([good], 1)
      const bad = { ...temperature(6, begin + 1, 21), serial: 1.5 }
      const camera: Reading = { ...good, kind: 'camera', serial: 1, values: { fps: 25 } }
      await expect(subject.telemetry.append([camera, bad], 2)).rejects.toThrow('whole number')
      expect(await subject.telemetry.position()).toBe(1)
      expect(await subject.telemetry.stats()).toMatchObject({ readings: 1 })
      expect(await subject.telemetry.watermarks()).toEqual(new Map([[6, begin]]))
      await subject.telemetry.append([camera, { ...bad, serial: 6 }], 2)
      expect(await subject.telemetry.position()).toBe(2)
      expect(await subject.telemetry.stats()).toMatchObject({ readings: 3 })
    })

    it('takes appends that are asked for at the same time one after the other', async () => {
      const batches = Array.from({ length: 20 }, (_, index) =>
        subject.telemetry.append([temperature(6, begin + index, index)], index + 1),
      )
      // Asked for after them, so it sees them.
      const existing = subject.telemetry.existing([
        { serial: 6, kind: 'street_sensor', observedAt: begin + 19 },
      ])
      await Promise.all(batches)
      expect(await existing).toEqual(new Set([0]))
      expect(await subject.telemetry.position()).toBe(20)
      expect(await subject.telemetry.stats()).toMatchObject({ readings: 20 })
    })

    it('knows each device’s newest observation, whatever the order and the restarts', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(readingsWithin(2 * hour, { maxLength: 20 }), { maxLength: 5 }),
          async (batches) => {
            const fresh = await subject.fresh()
            for (const [index, batch] of batches.entries()) await fresh.append(batch, index + 1)
            const expected = new Map<number, number>()
            for (const { serial, observedAt } of batches.flat())
              expected.set(serial, Math.max(expected.get(serial) ?? 0, observedAt))
            expect(await fresh.watermarks()).toEqual(expected)
            expect(await (await subject.reopen()).watermarks()).toEqual(expected)
          },
        ),
        { numRuns: 8 },
      )
    })

    it('knows which keys it has: the same device, kind and moment', async () => {
      const stored = [temperature(6, begin, 1), temperature(7, begin + minute, 2)]
      await subject.telemetry.append(stored, 1)
      const key = { serial: 6, kind: 'street_sensor', observedAt: begin } as const
      const keys = [
        { ...key, observedAt: begin + 1 },
        key,
        { ...key, serial: 7 },
        { ...key, kind: 'camera' } as const,
        { ...key, serial: 7, observedAt: begin + minute },
        key,
      ]
      expect(await subject.telemetry.existing(keys)).toEqual(new Set([1, 4, 5]))
      expect(await subject.telemetry.existing([])).toEqual(new Set())
    })

    it('looks 10,000 keys up at once', async () => {
      const stored = Array.from({ length: 5000 }, (_, index) => temperature(6, begin + 2 * index, index))
      await subject.telemetry.append(stored, 1)
      const keys = Array.from({ length: 10_000 }, (_, index) => ({
        serial: 6,
        kind: 'street_sensor' as const,
        observedAt: begin + index,
      }))
      const existing = await subject.telemetry.existing(keys)
      expect(existing.size).toBe(5000)
      expect([...existing].every((index) => index % 2 === 0)).toBe(true)
    })

    it('refuses with store-unavailable while it is stopped, and goes on when started again', async () => {
      const { telemetry } = subject
      await telemetry.append([temperature(6, begin, 20)], 1)
      await telemetry.stop()
      await expect(telemetry.append([], 2)).rejects.toMatchObject({ code: 'store-unavailable' })
      await expect(telemetry.stats()).rejects.toMatchObject({ code: 'store-unavailable' })
      await telemetry.stop()
      await telemetry.start()
      expect(await telemetry.position()).toBe(1)
      expect(await telemetry.stats()).toMatchObject({ readings: 1 })
    })

    it('takes sites again and again; the last word counts', async () => {
      await subject.telemetry.putSites(sites)
      await subject.telemetry.putSites([])
      const [first, second] = sites
      if (!first || !second) throw new Error('the city has sites')
      await subject.telemetry.putSites([{ ...first, place: 'elsewhere' }, first, second])
      const fps: Reading = {
        kind: 'camera',
        serial: 1,
        observedAt: begin,
        receivedAt: begin,
        values: { fps: 9 },
      }
      await subject.telemetry.append([fps], 1)
      const { series } = await subject.telemetry.series({
        kind: 'camera',
        field: 'fps',
        aggregate: 'count',
        window: hour,
        offset: 0,
        from: begin,
        to: begin + hour,
        groupBy: 'place',
        maxPoints: 10,
      })
      expect(series).toEqual([{ group: 'market', points: [{ time: begin, value: 1, count: 1 }] }])
    })
  })
}
