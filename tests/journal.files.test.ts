/** The file driver of the journal: the contract, and what only this driver can show: torn ends, damage, segments. */
import { appendFileSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { createFileJournalReader } from '../stores/journal/file-reader.ts'
import { createFileJournalWriter } from '../stores/journal/file-writer.ts'
import { appendAll, journalContract } from './contracts/journal.ts'
import { temporaryFolder } from './support/temporary.ts'

const logger = pino({ level: 'silent' })
const openJournal = (folder: string, limitBytes = 1 << 30) => ({
  writer: createFileJournalWriter({ folder, limitBytes, logger }),
  reader: createFileJournalReader({ folder, logger }),
})

journalContract('files', async () => {
  const folder = join(temporaryFolder(), 'journal')
  return { open: ({ limitBytes }: { limitBytes?: number } = {}) => openJournal(folder, limitBytes) }
})

const message = (text: string) => ({
  topic: 'devices/a/telemetry',
  payload: Buffer.from(text),
  receivedAt: 1,
})

async function written(folder: string, texts: readonly string[]): Promise<void> {
  const { writer } = openJournal(folder)
  await writer.start({ after: 0 })
  for (const text of texts) await appendAll(writer, [message(text)])
  await writer.stop()
}

async function readTexts(folder: string): Promise<string[]> {
  const { reader } = openJournal(folder)
  await reader.start()
  const texts: string[] = []
  for (let after = 0; ; ) {
    const groups = await reader.read({ after, maxBytes: 100 })
    const last = groups.at(-1)
    if (!last) break
    after = last.position
    texts.push(...groups.flatMap((group) => group.messages).map((one) => Buffer.from(one.payload).toString()))
  }
  await reader.stop()
  return texts
}

const files = (folder: string) =>
  readdirSync(folder)
    .sort()
    .map((name) => join(folder, name))

describe('the journal on files', () => {
  it('wherever its end is torn, all groups before are there, and it goes on', async () => {
    const folder = temporaryFolder()
    await written(folder, ['one', 'two', 'three'])
    const [file = ''] = files(folder)
    const whole = readFileSync(file)
    for (let cut = 1; cut < whole.length; cut += 7) {
      writeFileSync(file, whole.subarray(0, whole.length - cut))
      const before = await readTexts(folder)
      expect(['one', 'two', 'three'].slice(0, before.length)).toEqual(before)
      await written(folder, ['later'])
      expect(await readTexts(folder)).toEqual([...before, 'later'])
      for (const other of files(folder).slice(1)) truncateSync(other, 0)
    }
  })

  it('bytes after the end that are no group are cut off at the next start', async () => {
    const folder = temporaryFolder()
    await written(folder, ['one'])
    appendFileSync(files(folder)[0] ?? '', Buffer.alloc(1000, 7))
    await written(folder, ['two'])
    expect(await readTexts(folder)).toEqual(['one', 'two'])
  })

  it('a flipped bit is never taken for a group, and the segments after it are read', async () => {
    const folder = temporaryFolder()
    await written(folder, ['one', 'two'])
    await written(folder, ['three'])
    const [file = ''] = files(folder)
    const data = readFileSync(file)
    data[data.length - 2] = (data[data.length - 2] ?? 0) ^ 1
    writeFileSync(file, data)
    expect(await readTexts(folder)).toEqual(['one', 'three'])
  })

  it('closes segments, removes the trimmed ones, and keeps the rest', async () => {
    const folder = temporaryFolder()
    const { writer, reader } = openJournal(folder, 400_000)
    await writer.start({ after: 0 })
    const positions: number[] = []
    for (let index = 0; index < 12; index++) {
      await appendAll(writer, [message(`${index}`.padEnd(30_000))])
      positions.push(writer.stats().newest)
    }
    expect(files(folder).length).toBeGreaterThan(2)
    writer.trim(positions[9] ?? 0)
    await appendAll(writer, [message('last')])
    await appendAll(writer, [message('very last')])
    expect(writer.stats().bytes).toBeLessThan(200_000)
    await reader.start()
    const groups = await reader.read({ after: positions[9] ?? 0, maxBytes: 1e6 })
    expect(
      Buffer.from(groups[0]?.messages[0]?.payload ?? [])
        .toString()
        .trim(),
    ).toBe('10')
    await reader.stop()
    await writer.stop()
  })
})
