/**
 * What every driver of the journal port must do, whatever it is built on. Each driver's test calls this
 * with a way to open a fresh journal and to open the same one again.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JournalMessage, JournalReader, JournalWriter } from '../../stores/journal/port.ts'

export interface JournalUnderTest {
  /** A writer and a reader of one journal; called again, it opens the same one. */
  open(options?: { limitBytes?: number }): { writer: JournalWriter; reader: JournalReader }
}

const message = (text: string, receivedAt = 1): JournalMessage => ({
  topic: 'devices/a/telemetry',
  payload: Buffer.from(text),
  receivedAt,
})

/** Appends and waits for the disk. */
export async function appendAll(writer: JournalWriter, messages: readonly JournalMessage[]): Promise<void> {
  await Promise.all(
    messages.map(
      (one) =>
        new Promise<void>((resolve, reject) =>
          writer.append(one, (error) => (error ? reject(error) : resolve())),
        ),
    ),
  )
}

async function readAll(reader: JournalReader, after = 0): Promise<JournalMessage[]> {
  const found: JournalMessage[] = []
  for (let position = after; ; ) {
    const groups = await reader.read({ after: position, maxBytes: 10_000 })
    const last = groups.at(-1)
    if (!last) return found
    position = last.position
    found.push(...groups.flatMap((group) => group.messages))
  }
}

const texts = (messages: readonly JournalMessage[]) =>
  messages.map((one) => Buffer.from(one.payload).toString())

export function journalContract(name: string, fresh: () => Promise<JournalUnderTest>): void {
  describe(`journal contract: ${name}`, () => {
    it('gives back what was appended, whole and in order, also in another opening', async () => {
      const journal = await fresh()
      const { writer, reader } = journal.open()
      await writer.start({ after: 0 })
      await fc.assert(
        fc.asyncProperty(
          fc.array(
            fc.record({
              topic: fc
                .string({ unit: 'binary', maxLength: 200 })
                .map((text) => `devices/${text.toWellFormed()}`),
              payload: fc.uint8Array({ maxLength: 5000 }),
              receivedAt: fc.integer({ min: 0, max: 4e12 }),
            }),
            { minLength: 1, maxLength: 50 },
          ),
          async (messages) => {
            const before = writer.stats().newest
            await appendAll(writer, messages)
            await reader.start()
            const found = await readAll(reader, before)
            await reader.stop()
            expect(found.map((one) => ({ ...one, payload: new Uint8Array(one.payload) }))).toEqual(messages)
          },
        ),
        { numRuns: 30 },
      )
      await writer.stop()
    })

    it('a reader that is open already sees what comes later', async () => {
      const { writer, reader } = (await fresh()).open()
      await writer.start({ after: 0 })
      await appendAll(writer, [message('first')])
      await reader.start()
      expect(texts(await readAll(reader))).toEqual(['first'])
      await appendAll(writer, [message('second')])
      expect(texts(await readAll(reader))).toEqual(['first', 'second'])
      await reader.stop()
      await writer.stop()
    })

    it('positions grow across openings, and reading stops at upTo', async () => {
      const journal = await fresh()
      const first = journal.open()
      await first.writer.start({ after: 0 })
      await appendAll(first.writer, [message('one')])
      const middle = first.writer.stats().newest
      await first.writer.stop()
      const second = journal.open()
      await second.writer.start({ after: 0 })
      expect(second.writer.stats().newest).toBe(middle)
      await appendAll(second.writer, [message('two')])
      expect(second.writer.stats().newest).toBeGreaterThan(middle)
      await second.reader.start()
      const groups = await second.reader.read({ after: 0, upTo: middle, maxBytes: 1e6 })
      expect(texts(groups.flatMap((group) => group.messages))).toEqual(['one'])
      await second.reader.stop()
      await second.writer.stop()
    })

    it('goes on after the position of the stores when its own files are gone', async () => {
      const { writer, reader } = (await fresh()).open()
      await writer.start({ after: 500 })
      await appendAll(writer, [message('new')])
      await reader.start()
      const [group] = await reader.read({ after: 500, maxBytes: 1e6 })
      expect(group?.position).toBeGreaterThan(500)
      await reader.stop()
      await writer.stop()
    })

    it('forgets what is trimmed and nothing else, and its bytes become less', async () => {
      const { writer, reader } = (await fresh()).open({ limitBytes: 40_000 })
      await writer.start({ after: 0 })
      for (let index = 0; index < 20; index++) await appendAll(writer, [message(`${index}`.padEnd(1000))])
      const before = writer.stats()
      const trimmed = before.newest - 5
      writer.trim(trimmed)
      await appendAll(writer, [message('last')])
      await expect.poll(() => writer.stats().bytes).toBeLessThan(before.bytes)
      await reader.start()
      const kept = texts(await readAll(reader, trimmed)).map((text) => text.trim())
      expect(kept).toEqual(['15', '16', '17', '18', '19', 'last'])
      await reader.stop()
      await writer.stop()
    })

    it('at its limit acknowledges nothing and says so; when it was trimmed it goes on by itself', async () => {
      const { writer, reader } = (await fresh()).open({ limitBytes: 50_000 })
      await writer.start({ after: 0 })
      const acknowledged: number[] = []
      const appends = Array.from({ length: 10 }, async (_, index) => {
        await new Promise((resolve) => setTimeout(resolve, index * 15))
        await appendAll(writer, [message(`${index}`.padEnd(10_000))])
        acknowledged.push(index)
      })
      await expect.poll(() => writer.stats().blocked, { timeout: 5000 }).toContain('limit')
      const held = acknowledged.length
      expect(held).toBeLessThan(10)
      expect(writer.stats().bytes).toBeLessThanOrEqual(50_000)
      writer.trim(writer.stats().newest - 1)
      await expect
        .poll(
          () => {
            writer.trim(writer.stats().newest - 1)
            return acknowledged.length
          },
          { timeout: 10_000 },
        )
        .toBe(10)
      await Promise.all(appends)
      expect(writer.stats().blocked).toBeNull()
      await reader.start()
      expect(
        texts(await readAll(reader))
          .at(-1)
          ?.trim(),
      ).toBe('9')
      await reader.stop()
      await writer.stop()
    })

    it('stop waits for what was appended; afterwards appends are refused', async () => {
      const journal = await fresh()
      const { writer } = journal.open()
      await writer.start({ after: 0 })
      const pending = appendAll(writer, [message('just before')])
      await writer.stop()
      await pending
      await expect(appendAll(writer, [message('too late')])).rejects.toThrow(/not open/)
      const again = journal.open()
      await again.writer.start({ after: 0 })
      await again.reader.start()
      expect(texts(await readAll(again.reader))).toEqual(['just before'])
      await again.reader.stop()
      await again.writer.stop()
    })
  })
}
