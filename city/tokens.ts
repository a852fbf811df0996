/**
 * The tokens of imported devices, written once to a file that only its owner may read. Called by import.ts
 * before the registry is changed: a token that is in the registry and nowhere else would be a lost device.
 */
import { open, rm } from 'node:fs/promises'
import { hashSecret, newSecret } from '../model/access.ts'
import type { DeviceInput } from '../model/device.ts'
import { LanternError, messageOf } from '../model/errors.ts'

export interface DeviceToken {
  readonly input: DeviceInput
  readonly token: string
  readonly tokenHash: Uint8Array
}

/** A new token for each device. */
export function drawTokens(devices: readonly DeviceInput[]): DeviceToken[] {
  return devices.map((input) => {
    const token = newSecret()
    return { input, token, tokenHash: hashSecret(token) }
  })
}

/**
 * Writes `id,token` rows to a new file of mode 0600, down to the disk. Raises `conflict` when the file exists
 * or cannot be made; returns how to take it back.
 */
export async function writeTokens(
  file: string,
  tokens: readonly DeviceToken[],
): Promise<() => Promise<void>> {
  try {
    const handle = await open(file, 'wx', 0o600)
    try {
      await handle.writeFile(
        `id,token\n${tokens.map(({ input, token }) => `${input.id},${token}\n`).join('')}`,
      )
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch (thrown) {
    throw new LanternError('conflict', `the tokens cannot be written: ${messageOf(thrown)}`, {
      cause: thrown,
      remedy: 'Name a file that does not exist yet, in a folder you may write to: --tokens <file>.',
    })
  }
  return () => rm(file, { force: true })
}
