/**
 * `npm run simulate`, and the demonstration fleet that `npm start` runs as a child process: signs devices up
 * (or adopts those that are there), writes history if asked to, runs them, says goodbye, and prints what it
 * did. It speaks only MQTT and HTTP, like any real device or tool.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { z } from 'zod'
import { messageOf } from '../model/errors.ts'
import { formatTime, minute, second } from '../model/time.ts'
import { createAccount, isClean, reportOf } from './account.ts'
import { type Api, createApi } from './api.ts'
import { backfill, backfillStart } from './backfill.ts'
import { createFleet, type Fleet } from './fleet.ts'
import { locate, planFleet, type SimulatedDevice, signUpForm } from './fleet-plan.ts'
import { helpText, type Options, readOptions } from './options.ts'
import { createProgress } from './progress.ts'
import { createReaders } from './readings/reader.ts'
import { scenarioOf } from './scenarios/list.ts'

// As a child whose parent writes a log for machines, it says only what went wrong.
const quiet = process.send !== undefined && !process.stdout.isTTY
const say = (line: string) => {
  if (!quiet) console.log(line)
}
const defaultKeyFile = 'data/admin.key'

function readKey(options: Options): string | undefined {
  if (options.key !== undefined) return options.key
  const file = options['key-file'] ?? (existsSync(defaultKeyFile) ? defaultKeyFile : undefined)
  return file === undefined ? undefined : readFileSync(file, 'utf8').trim()
}

/** The devices to run and their tokens: those of the registry, or a fleet of its own that is signed up. */
async function gather(
  api: Api,
  options: Options,
): Promise<{ devices: SimulatedDevice[]; tokens: Map<string, string> }> {
  const places = locate(await api.places(), await api.areas())
  const known = (await api.simulatedDevices()).filter(({ status }) => status !== 'decommissioned')
  if (options.adopt) {
    const placeOf = new Map(places.map((place) => [place.id, place]))
    const devices = known.flatMap(({ place: id, status, ...device }) => {
      const place = placeOf.get(id)
      return place && status === 'commissioned' ? [{ ...device, place }] : []
    })
    return { devices, tokens: await api.rotateTokens(devices.map(({ id }) => id)) }
  }
  if (places.length === 0) throw new Error('the city has no places yet: load one with npm run city first')
  const devices = planFleet({ seed: options.seed, count: options.devices, places })
  const there = new Set(known.map(({ id }) => id))
  const tokens = await api.signUp(devices.filter(({ id }) => !there.has(id)).map(signUpForm))
  const rotated = await api.rotateTokens(devices.map(({ id }) => id).filter((id) => there.has(id)))
  for (const [id, token] of rotated) tokens.set(id, token)
  return { devices, tokens }
}

/** New tokens for devices that are not let in, leaving out those that are gone from the registry. */
async function renewTokens(api: Api, ids: readonly string[]): Promise<Map<string, string>> {
  const known = await api.simulatedDevices()
  const alive = new Set(known.filter(({ status }) => status !== 'decommissioned').map(({ id }) => id))
  return api.rotateTokens(ids.filter((id) => alive.has(id)))
}

async function writeHistory(
  fleet: Fleet,
  span: number,
  now: number,
  account: ReturnType<typeof createAccount>,
  signal: AbortSignal,
) {
  const from = backfillStart(now, span)
  say(`Writing history from ${formatTime(from)}.`)
  const progress = createProgress(say)
  try {
    await backfill({ links: fleet.links, from, until: now, account, progress: progress.update, signal })
  } finally {
    progress.stop()
  }
}

async function run(options: Options, signal: AbortSignal): Promise<boolean> {
  // Thousands of connections made at once leave a large young generation behind for good: 100 MB for 5,000
  // devices. A fleet that only reports does not need it; a backfill does, for its speed.
  if (options.backfill === undefined) setFlagsFromString('--semi-space-growth-factor=1')
  const key = readKey(options)
  if (key === undefined)
    throw new Error(`an API key is needed: --key lk_…, or --key-file (there is no ${defaultKeyFile} here)`)
  const api = createApi({ url: options.url, key, signal })
  const { devices, tokens } = await gather(api, options)

  const startedAt = Date.now()
  const account = createAccount(startedAt)
  account.devices = devices.length
  const { seed, speed } = options
  const course = scenarioOf(options.scenario)?.course({ seed, speed, devices, startedAt })
  if (!course) throw new Error(`there is no scenario ${options.scenario}`)
  if (options.truth !== undefined)
    writeFileSync(
      options.truth,
      `${JSON.stringify({ scenario: options.scenario, startedAt, incidents: course.incidents }, null, 2)}\n`,
    )

  const fleet = createFleet({
    ...{ devices, tokens, account, mqttUrl: options.mqtt, warn: (line) => console.error(line) },
    readerOf: createReaders({ seed, course }),
    renewTokens: (ids) => renewTokens(api, ids),
  })
  say(`${devices.length} devices, ${options.scenario}, seed ${seed}: ${options.mqtt}`)
  fleet.start()
  try {
    if (options.backfill !== undefined)
      await writeHistory(fleet, options.backfill, startedAt, account, signal)
    if (options.duration !== 0) {
      fleet.goLive(options.backfill === undefined ? { now: Date.now() } : { since: startedAt - 1 })
      await live(fleet, options, signal)
    }
    await fleet.drain(signal.aborted ? 2 * second : 15 * second)
  } finally {
    await fleet.stop(3 * second)
    say(reportOf(account, Date.now()))
  }
  return isClean(account)
}

/** Runs until the time is over or a signal comes, with a line when all are there and one every ten minutes. */
async function live(fleet: Fleet, { duration }: Options, signal: AbortSignal): Promise<void> {
  const until = Date.now() + duration
  let sayAt = Date.now() + 20 * second
  while (!signal.aborted && Date.now() < until) {
    await wait(Math.min(second, until - Date.now()), undefined, { signal }).catch(() => {})
    if (Date.now() < sayAt) continue
    say(`${fleet.connected()} of ${fleet.links.length} devices are connected`)
    sayAt = Date.now() + 10 * minute
  }
}

/** How a parent asks its child to end. */
const stopMessage = z.object({ type: z.literal('stop') })
const stopping = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.on(name, () => {
    // The second time it is meant at once.
    if (stopping.signal.aborted) process.exit(130)
    stopping.abort()
  })
if (process.send) {
  process.once('disconnect', () => stopping.abort())
  process.on('message', (message) => {
    if (stopMessage.safeParse(message).success) stopping.abort()
  })
}

try {
  const options = readOptions(process.argv.slice(2))
  if (options.help) say(helpText())
  else process.exitCode = (await run(options, stopping.signal)) ? 0 : 1
} catch (thrown) {
  if (!stopping.signal.aborted) {
    console.error(messageOf(thrown))
    process.exitCode = 2
  }
}
// The IPC channel of a parent would keep the process alive.
if (process.connected) process.disconnect()
