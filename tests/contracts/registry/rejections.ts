/** Rejections, counted, listed and bounded: part of the contract of the registry port. */
import { describe, expect, it } from 'vitest'
import { maxRejections, type Registry } from '../../../stores/registry/port.ts'
import { change } from '../../registry-examples.ts'
import { type RegistrySubject, rejected } from './subject.ts'

export function rejectionsContract(subject: RegistrySubject): void {
  describe('rejections', () => {
    it('are counted by device and reason, with the newest in its own words', async () => {
      await subject.registry.recordRejections([
        rejected('a', 10, { count: 2 }),
        rejected('a', 20, { reason: 'unknown-device' }),
        rejected('a', 30, { count: 4 }),
      ])
      await subject.registry.recordRejections([rejected('a', 25), rejected(null, 40)])
      expect((await subject.registry.rejections({ limit: 10 })).items).toEqual([
        { ...rejected(null, 40), firstAt: 40, id: expect.any(Number) },
        {
          device: 'a',
          reason: 'not-json',
          detail: 'detail at 25',
          sample: 'sample at 25',
          count: 7,
          firstAt: 10,
          at: 30,
          id: expect.any(Number),
        },
        { ...rejected('a', 20, { reason: 'unknown-device' }), firstAt: 20, id: expect.any(Number) },
      ])
    })

    it('come together with those of ingest', async () => {
      await subject.registry.recordRejections([rejected('a', 10)])
      await subject.registry.applyState(change(1, { rejections: [rejected('a', 20), rejected('b', 20)] }))
      const { items } = await subject.registry.rejections({ limit: 10 })
      expect(items.map(({ device, count }) => [device, count])).toEqual([
        ['b', 1],
        ['a', 2],
      ])
    })

    it('keep samples, details and names of senders only so long', async () => {
      const long = 'x'.repeat(100_000)
      await subject.registry.recordRejections([rejected(long, 1, { detail: long, sample: long })])
      const [kept] = (await subject.registry.rejections({ limit: 1 })).items
      expect(kept?.sample).toHaveLength(500)
      expect(kept?.detail).toHaveLength(1000)
      expect(kept?.device).toHaveLength(64)
    })

    it('are listed newest first, in pages, by device or reason or both', async () => {
      await subject.registry.recordRejections([
        rejected('a', 1),
        rejected('b', 2),
        rejected('a', 3, { reason: 'invalid-time' }),
        rejected('b', 4, { reason: 'invalid-time' }),
        rejected('c', 5),
      ])
      const list = async (request: Parameters<Registry['rejections']>[0]) => {
        const page = await subject.registry.rejections(request)
        return { names: page.items.map(({ device, reason }) => `${device} ${reason}`), next: page.next }
      }
      const first = await list({ limit: 2 })
      expect(first.names).toEqual(['c not-json', 'b invalid-time'])
      const second = await list({ limit: 2, before: first.next ?? 0 })
      expect(second.names).toEqual(['a invalid-time', 'b not-json'])
      const last = await list({ limit: 2, before: second.next ?? 0 })
      expect(last).toEqual({ names: ['a not-json'], next: null })

      expect((await list({ limit: 9, device: 'a' })).names).toEqual(['a invalid-time', 'a not-json'])
      expect((await list({ limit: 9, reason: 'invalid-time' })).names).toEqual([
        'b invalid-time',
        'a invalid-time',
      ])
      expect((await list({ limit: 9, device: 'b', reason: 'not-json' })).names).toEqual(['b not-json'])
      expect(await list({ limit: 1, device: 'a' })).toMatchObject({ next: expect.any(Number) })
      expect(await list({ limit: 2, device: 'a' })).toMatchObject({ next: null })
    })

    it('neither skip nor repeat a row for a reader while others come in', async () => {
      await subject.registry.recordRejections(['a', 'b', 'c', 'd'].map((device, at) => rejected(device, at)))
      const first = await subject.registry.rejections({ limit: 2 })
      await subject.registry.recordRejections([rejected('e', 9), rejected('d', 9)])
      const second = await subject.registry.rejections({ limit: 2, before: first.next ?? 0 })
      expect([...first.items, ...second.items].map(({ device }) => device)).toEqual(['d', 'c', 'b', 'a'])
    })

    it('are bounded: what has not been seen for the longest leaves first', async () => {
      const many = (from: number, count: number) =>
        Array.from({ length: count }, (_, index) => rejected(`d${from + index}`, from + index))
      await subject.registry.recordRejections(many(0, maxRejections))
      await subject.registry.recordRejections([rejected('d0', 50_000)])
      await subject.registry.recordRejections(many(maxRejections, 2))
      const { items } = await subject.registry.rejections({ limit: 20_000 })
      expect(items).toHaveLength(maxRejections)
      const kept = new Set(items.map(({ device }) => device))
      expect(['d0', 'd1', 'd2', 'd3', `d${maxRejections + 1}`].map((id) => kept.has(id))).toEqual([
        true,
        false,
        false,
        true,
        true,
      ])

      await subject.registry.recordRejections(many(100_000, maxRejections + 5))
      const replaced = (await subject.registry.rejections({ limit: 20_000 })).items
      expect(replaced).toHaveLength(maxRejections)
      expect(replaced.at(-1)?.device).toBe('d100005')
    })
  })
}
