/** The LMDB driver of the journal: the contract, and what only this driver can show. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll } from 'vitest'
import { createLmdbJournalReader, createLmdbJournalWriter } from '../stores/journal/lmdb.ts'
import { journalContract } from './contracts/journal.ts'

const folders: string[] = []
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))))

journalContract('LMDB', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lantern-journal-'))
  folders.push(folder)
  const file = join(folder, 'journal.lmdb')
  return {
    open: ({ limitBytes = 1 << 30 } = {}) => ({
      writer: createLmdbJournalWriter({ file, limitBytes, logger: pino({ level: 'silent' }) }),
      reader: createLmdbJournalReader({ file }),
    }),
  }
})
