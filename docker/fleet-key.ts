/**
 * Gives the composed city's simulated devices a key of their own, of the role operator: docker-compose.yml runs it once
 * before they start, so that the administrator's key never reaches them. A key that still works is left as it is.
 *
 * node docker/fleet-key.ts <address of the API> <administrator's key file> <key file to write>
 */
import { readFile, rename, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { messageOf } from '../model/errors.ts'
import { second } from '../model/time.ts'

const newKey = z.object({ key: z.string() })

/** Calls the API with a key; what was answered is only told apart where the caller does. */
function call(address: URL, key: string, request: RequestInit = {}): Promise<Response> {
  return fetch(address, {
    ...request,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    signal: AbortSignal.timeout(10 * second),
  })
}

async function accepted(response: Response): Promise<Response> {
  if (response.ok) return response
  throw new Error(`${response.url} answered ${response.status}: ${await response.text()}`)
}

/** Whether there is a key in the file and it lets its bearer in. */
async function works(url: string, file: string): Promise<boolean> {
  const key = await readFile(file, 'utf8').catch(() => '')
  if (key === '') return false
  const response = await call(new URL('/v1/devices?limit=1', url), key.trim())
  if (response.status === 401 || response.status === 403) return false
  await accepted(response)
  return true
}

async function makeKey(url: string, adminKeyFile: string, file: string): Promise<void> {
  const adminKey = (await readFile(adminKeyFile, 'utf8')).trim()
  const body = JSON.stringify({ name: 'simulators', role: 'operator' })
  const response = await accepted(await call(new URL('/v1/keys', url), adminKey, { method: 'POST', body }))
  const { key } = newKey.parse(await response.json())
  // Whole or not at all: the simulators may read it at any moment.
  await writeFile(`${file}.new`, `${key}\n`, { mode: 0o600 })
  await rename(`${file}.new`, file)
}

try {
  const [url, adminKeyFile, file, ...more] = process.argv.slice(2)
  if (!url || !adminKeyFile || !file || more.length > 0)
    throw new Error('three arguments are needed: an address, a key file to read, a key file to write')
  if (await works(url, file)) console.log('the simulators have a key that works')
  else {
    await makeKey(url, adminKeyFile, file)
    console.log(`the simulators have a new key: ${file}`)
  }
} catch (error) {
  console.error(`the simulators get no key: ${messageOf(error)}`)
  process.exitCode = 1
}
