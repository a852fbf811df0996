/**
 * Makes what is missing on the server: the database with its two retention policies (1.x), or two buckets with the DBRP
 * mappings that let InfluxQL read them (2.x). Nothing that is there is changed, so it may run at every start.
 */
import { z } from 'zod'
import { LanternError } from '../../../model/errors.ts'
import { day, minute, second } from '../../../model/time.ts'
import { away, PlaceMissing } from './failures.ts'
import { quotedName, type Server, type Shelf } from './server.ts'

export interface Prepared {
  readonly version: string
  /** How long the server itself keeps raw readings, ms; infinity unless someone has set a limit there. */
  readonly serverKeepsMs: number
}

/** Told of each thing that must be there, and whether it had to be made. */
export type Found = (what: string, isNew: boolean) => void

const shelves: readonly Shelf[] = ['raw', '5m']
/** The stretch of time that lies in one file, days. */
const shardDays: Readonly<Record<Shelf, number>> = { raw: 1, '5m': 30 }

export async function prepareServer(options: {
  server: Server
  bucket: string
  org: string
  found?: Found
}): Promise<Prepared> {
  const { server, bucket, org, found = () => undefined } = options
  const { major, version } = await server.greet()
  const keeps =
    major === 1
      ? await prepareDatabase(server, bucket, found)
      : await prepareBuckets(server, { database: bucket, org, found })
  if (keeps['5m'] !== Number.POSITIVE_INFINITY)
    throw new LanternError(
      'invalid-settings',
      `InfluxDB removes what is in ${server.nameOf('5m')} after a time of its own; Lantern's position and roll-ups lie there`,
      { remedy: `Set the retention of ${server.nameOf('5m')} to infinite; Lantern removes roll-ups itself.` },
    )
  return { version, serverKeepsMs: keeps.raw }
}

/** Lantern removes by itself what is too old, alike on every version; so the server is told to keep everything. */
async function prepareDatabase(
  server: Server,
  database: string,
  found: Found,
): Promise<Record<Shelf, number>> {
  const on = quotedName(database)
  const ignore = () => undefined
  let durations = await policies(server, database)
  if (durations.size === 0) await server.query([`CREATE DATABASE ${on}`], ignore)
  found(`database ${database}`, durations.size === 0)
  const policy = (shelf: Shelf) =>
    `CREATE RETENTION POLICY ${quotedName(server.nameOf(shelf))} ON ${on} DURATION INF REPLICATION 1 SHARD DURATION ${shardDays[shelf]}d`
  if (!durations.has(server.nameOf('raw'))) await server.query([`${policy('raw')} DEFAULT`], ignore)
  if (!durations.has(server.nameOf('5m'))) await server.query([policy('5m')], ignore)
  for (const shelf of shelves)
    found(`retention policy ${server.nameOf(shelf)}`, !durations.has(server.nameOf(shelf)))
  durations = await policies(server, database)
  const keeps = (shelf: Shelf) => durations.get(server.nameOf(shelf)) ?? Number.POSITIVE_INFINITY
  return { raw: keeps('raw'), '5m': keeps('5m') }
}

/** The database's retention policies with their durations, ms; none: there is no database. */
async function policies(server: Server, database: string): Promise<Map<string, number>> {
  const databases = new Set<string>()
  await server.query(['SHOW DATABASES'], ({ values }) => {
    for (const [name] of values) databases.add(String(name))
  })
  const found = new Map<string, number>()
  if (!databases.has(database)) return found
  await server.query([`SHOW RETENTION POLICIES ON ${quotedName(database)}`], ({ values }) => {
    for (const [name, duration] of values) found.set(String(name), parseGoDuration(String(duration)))
  })
  return found
}

/** Such as 168h0m0s; 0s is for ever. */
function parseGoDuration(text: string): number {
  const [, hours = 0, minutes = 0, seconds = 0] = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text) ?? []
  const ms = (Number(hours) * 60 + Number(minutes)) * minute + Number(seconds) * second
  return ms === 0 ? Number.POSITIVE_INFINITY : ms
}

const orgList = z.object({ orgs: z.array(z.object({ id: z.string(), name: z.string() })) })
const bucketShape = z.object({
  id: z.string(),
  orgID: z.string(),
  name: z.string(),
  retentionRules: z.array(z.object({ everySeconds: z.number() })).default([]),
})
type Bucket = z.output<typeof bucketShape>
const bucketList = z.object({ buckets: z.array(bucketShape).default([]) })
const mappingList = z.object({
  content: z
    .array(z.object({ database: z.string(), retention_policy: z.string(), bucketID: z.string() }))
    .default([]),
})

async function prepareBuckets(
  server: Server,
  { database, org, found }: { database: string; org: string; found: Found },
): Promise<Record<Shelf, number>> {
  const keeps = { raw: Number.POSITIVE_INFINITY, '5m': Number.POSITIVE_INFINITY }
  for (const shelf of shelves) {
    const name = server.nameOf(shelf)
    const present = await findBucket(server, org, name)
    const bucket = present ?? (await createBucket(server, org, shelf))
    found(`bucket ${name}`, !present)
    const seconds = bucket.retentionRules[0]?.everySeconds ?? 0
    if (seconds > 0) keeps[shelf] = seconds * second
    const isNew = await prepareMapping(server, { database, policy: name, bucket })
    found(`DBRP mapping ${database}/${name}`, isNew)
  }
  return keeps
}

async function findBucket(server: Server, org: string, name: string): Promise<Bucket | undefined> {
  const answer = await server.manage(`/api/v2/buckets?${new URLSearchParams({ org, name })}`).catch(orNone)
  return bucketList.parse(answer).buckets.find((one) => one.name === name)
}

/** Needs the right to read the organisation and to write its buckets; a bucket that is there needs neither. */
async function createBucket(server: Server, org: string, shelf: Shelf): Promise<Bucket> {
  const name = server.nameOf(shelf)
  const { orgs } = orgList.parse(await server.manage(`/api/v2/orgs?${new URLSearchParams({ org })}`))
  const orgID = orgs.find((one) => one.name === org)?.id
  if (!orgID)
    throw away(
      `has no bucket ${name} that this token may read, and no organisation ${org} that it may read, to make it in`,
    )
  const shardGroupDurationSeconds = shardDays[shelf] * (day / second)
  const retentionRules = [{ type: 'expire', everySeconds: 0, shardGroupDurationSeconds }]
  return bucketShape.parse(await server.manage('/api/v2/buckets', { orgID, name, retentionRules }))
}

/**
 * InfluxQL finds a bucket by such a mapping only; those that 2.x makes by itself have the policy "autogen". Tells whether
 * it had to be made.
 */
async function prepareMapping(
  server: Server,
  { database, policy, bucket }: { database: string; policy: string; bucket: Bucket },
): Promise<boolean> {
  const { id: bucketID, orgID } = bucket
  const path = '/api/v2/dbrps'
  const query = new URLSearchParams({ orgID, db: database, rp: policy })
  const { content } = mappingList.parse(await server.manage(`${path}?${query}`))
  const [found] = content.filter((one) => one.database === database && one.retention_policy === policy)
  if (found?.bucketID === bucketID) return false
  if (found)
    throw new LanternError(
      'invalid-settings',
      `InfluxDB maps ${database}/${policy} to bucket ${found.bucketID}, which is not ${policy} (${bucketID})`,
      { remedy: `Remove that DBRP mapping (influx v1 dbrp list), or set another LANTERN_INFLUX_BUCKET.` },
    )
  const mapping = { orgID, bucketID, database, retention_policy: policy, default: policy === database }
  await server.manage(path, mapping).catch((thrown) => {
    if (!(thrown instanceof Error)) throw thrown
    throw away(
      `does not let this token map bucket ${policy} for InfluxQL (${thrown.message}); give it the right to write that bucket, or run: influx v1 dbrp create --db ${database} --rp ${policy} --bucket-id ${bucketID}`,
      thrown,
    )
  })
  return true
}

/** InfluxDB 2.x answers 404 for a name that no bucket has. */
function orNone(thrown: unknown): unknown {
  if (thrown instanceof PlaceMissing) return { buckets: [] }
  throw thrown
}
