/**
 * Loads a city of the user's own: reads every file, checks every row, then puts all of it into the registry in
 * one transaction, or nothing. Called by `npm run city -- import`.
 */
import { LanternError } from '../model/errors.ts'
import type { Registry } from '../stores/registry/port.ts'
import { checkTogether, type Present } from './import/check.ts'
import { createFaultList } from './import/faults.ts'
import { readSheet } from './import/read.ts'
import { type CityRows, noRows, type TableName, takeSheet } from './import/tables.ts'
import { allDevices, holdsDemonstration } from './present.ts'
import { drawTokens, writeTokens } from './tokens.ts'

export interface ImportOptions {
  readonly registry: Registry
  readonly files: readonly string[]
  /** What all the files are; undefined: their columns tell. */
  readonly as?: TableName | undefined
  /** What becomes of a city that is there: removed first, or added to. Unset: added to, unless it is the demonstration. */
  readonly present?: 'replace' | 'add' | undefined
  /** Where the tokens of the devices are written; required when there are devices. */
  readonly tokensFile?: string | undefined
  /** Only checks. */
  readonly dryRun?: boolean | undefined
  /** Epoch ms. */
  readonly now: number
}

export interface Imported {
  readonly areas: number
  readonly places: number
  readonly devices: number
  /** Columns of the files that are no part of a city, and were not read: "places.csv: address". */
  readonly ignored: readonly string[]
}

/**
 * Raises `invalid-city-file` with every fault (at most 100 of them), or `conflict` when the registry holds the
 * demonstration city and nobody said what shall become of it, or when the tokens have no place to go.
 */
export async function importCity(options: ImportOptions): Promise<Imported> {
  const { registry, dryRun = false, now } = options
  await refuseDemonstration(options)

  const { rows, ignored } = await readAndCheck(options)
  const imported = {
    areas: rows.areas.length,
    places: rows.places.length,
    devices: rows.devices.length,
    ignored,
  }
  if (dryRun) return imported

  const devices = drawTokens(rows.devices.map(({ value }) => value))
  const takeBack = await keepTokens(options.tokensFile, devices)
  try {
    await registry.loadCity(
      {
        areas: rows.areas.map(({ value }) => value),
        places: rows.places.map(({ value }) => value),
        devices,
        replace: options.present === 'replace',
      },
      now,
    )
  } catch (thrown) {
    await takeBack()
    throw thrown
  }
  return imported
}

async function refuseDemonstration({ registry, present }: ImportOptions): Promise<void> {
  if (present || !(await holdsDemonstration(registry))) return
  throw new LanternError('conflict', 'the registry holds the demonstration city', {
    remedy: 'Say --replace to remove it first, or --add to put yours beside it.',
  })
}

/** Every file read, every row checked alone, then all together; raises when anything is wrong. */
async function readAndCheck(options: ImportOptions): Promise<{ rows: CityRows; ignored: string[] }> {
  const faults = createFaultList()
  const rows = noRows()
  const ignored: string[] = []
  let whole = true
  for (const file of options.files) {
    const before = faults.count()
    const sheet = await readSheet(file, faults)
    if (faults.count() > before) whole = false
    const unread = sheet && takeSheet({ sheet, as: options.as, rows, faults })
    if (!unread) whole = false
    else if (unread.length > 0) ignored.push(`${file}: ${unread.join(', ')}`)
  }
  // Without the rows that could not be read at all, what refers to them would be named as wrong too.
  if (whole) checkTogether(rows, await presentCity(options), faults)
  faults.raise()
  return { rows, ignored }
}

async function presentCity({ registry, present }: ImportOptions): Promise<Present> {
  if (present === 'replace') return { areas: new Map(), places: new Map(), devices: new Set() }
  const [areas, places, devices] = [
    await registry.areas(),
    await registry.places(),
    await allDevices(registry),
  ]
  return {
    areas: new Map(areas.map(({ code, parent }) => [code, parent])),
    places: new Map(places.map(({ id, area }) => [id, area])),
    devices: new Set(devices.map(({ id }) => id)),
  }
}

async function keepTokens(
  file: string | undefined,
  devices: Parameters<typeof writeTokens>[1],
): Promise<() => Promise<void>> {
  if (devices.length === 0) return async () => {}
  if (file !== undefined) return writeTokens(file, devices)
  throw new LanternError('conflict', 'the devices need tokens, and these are shown only once', {
    remedy: 'Say where to write them: --tokens <file>.',
  })
}
