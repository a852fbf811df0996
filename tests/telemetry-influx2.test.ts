/**
 * The InfluxDB driver of the telemetry port on 2.x: the contract, and what is set up there. Where the real program is
 * missing (see support/influx2.ts), this proves our side of the protocol and nothing of the server.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createInfluxTelemetry, type InfluxTelemetryOptions } from '../stores/telemetry/influx.ts'
import type { Telemetry } from '../stores/telemetry/port.ts'
import { begin, sites, temperature } from './contracts/telemetry/city.ts'
import { retentionDays, rollupRetentionDays, telemetryContract } from './contracts/telemetry.ts'
import { type Influx2, influx2Name, startInflux2 } from './support/influx2.ts'
import { hasInfluxd, needsInfluxd } from './support/influxd.ts'

describe.skipIf(!hasInfluxd)(`${influx2Name} (${needsInfluxd})`, { timeout: 240_000 }, () => {
  let influx: Influx2
  let buckets = 0
  const started: Telemetry[] = []
  beforeAll(async () => {
    influx = await startInflux2()
  })
  afterEach(async () => {
    for (const telemetry of started.splice(0)) await telemetry.stop()
  })
  afterAll(() => influx.remove())

  const create = (bucket: string, options: Partial<InfluxTelemetryOptions> = {}) => {
    const { url, org, token } = influx
    return createInfluxTelemetry({
      ...{ url, org, token, bucket, retentionDays, rollupRetentionDays },
      ...options,
    })
  }

  telemetryContract(influx2Name, async () => {
    const bucket = `contract-${++buckets}`
    return {
      tellsNoSize: true,
      open: () => create(bucket),
      async remove() {
        await influx.removeBucket(bucket)
        await influx.removeBucket(`${bucket}_5m`)
      },
    }
  })

  async function open(bucket: string, options?: Partial<InfluxTelemetryOptions>): Promise<Telemetry> {
    const telemetry = create(bucket, options)
    await telemetry.start()
    started.push(telemetry)
    return telemetry
  }

  const bucketAnswer = z.object({
    buckets: z.array(z.object({ id: z.string(), orgID: z.string(), retentionRules: z.unknown() })),
  })
  async function bucketOf(name: string) {
    const [bucket] = bucketAnswer.parse(
      await influx.call('GET', `/api/v2/buckets?org=${influx.org}&name=${name}`),
    ).buckets
    if (!bucket) throw new Error(`no bucket ${name}`)
    return bucket
  }
  const mappingAnswer = z.object({
    content: z.array(
      z.object({
        ...{ database: z.string(), retention_policy: z.string(), bucketID: z.string() },
        ...{ default: z.boolean(), virtual: z.boolean() },
      }),
    ),
  })

  it('makes two buckets that keep everything, and maps them for InfluxQL; again, it changes nothing', async () => {
    await (await open('made')).append([temperature(6, begin, 1)], 1)
    const [raw, rollups] = [await bucketOf('made'), await bucketOf('made_5m')]
    const rules = (days: number) => [
      { type: 'expire', everySeconds: 0, shardGroupDurationSeconds: days * 86_400 },
    ]
    expect(raw.retentionRules).toEqual(rules(1))
    expect(rollups.retentionRules).toEqual(rules(30))
    expect(await (await open('made')).stats()).toMatchObject({ readings: 1 })
    const path = `/api/v2/dbrps?orgID=${raw.orgID}&db=made`
    const { content } = mappingAnswer.parse(await influx.call('GET', path))
    expect(content.filter(({ virtual }) => !virtual)).toEqual([
      expect.objectContaining({ retention_policy: 'made', bucketID: raw.id, default: true }),
      expect.objectContaining({ retention_policy: 'made_5m', bucketID: rollups.id, default: false }),
    ])
  })

  it('says so when the name is mapped to another bucket', async () => {
    const { id: bucketID, orgID } = z.object({ id: z.string(), orgID: z.string() }).parse(
      await influx.call('POST', '/api/v2/buckets', {
        ...{ orgID: (await ownOrg()).id, name: 'foreign', retentionRules: [] },
      }),
    )
    const mapping = { orgID, bucketID, database: 'taken', retention_policy: 'taken', default: true }
    await influx.call('POST', '/api/v2/dbrps', mapping)
    await expect(open('taken')).rejects.toMatchObject({
      code: 'invalid-settings',
      message: expect.stringContaining(`taken/taken to bucket ${bucketID}`),
    })
  })

  async function ownOrg(): Promise<{ id: string }> {
    const { orgs } = z
      .object({ orgs: z.tuple([z.object({ id: z.string() })]) })
      .parse(await influx.call('GET', `/api/v2/orgs?org=${influx.org}`))
    return orgs[0]
  }

  it('waits with a clear word while token or organisation are wrong, and does not begin without them', async () => {
    await expect(open('x', { token: 'wrong' })).rejects.toMatchObject({
      ...{ code: 'store-unavailable', passing: true },
      message: expect.stringMatching(/401.*check the token/),
    })
    await expect(open('x', { org: 'nobody' })).rejects.toMatchObject({
      ...{ code: 'store-unavailable', passing: true },
      message: expect.stringContaining('nobody'),
    })
    await expect(open('x', { token: '' })).rejects.toMatchObject({
      code: 'invalid-settings',
      message: expect.stringMatching(/2\.7.*LANTERN_INFLUX_ORG and LANTERN_INFLUX_TOKEN/),
    })
  })

  it('finds the lines that the server refuses, says its words, and stores all others', async () => {
    const telemetry = await open('refusals')
    await influx.call(
      'POST',
      `/api/v2/write?org=${influx.org}&bucket=refusals&precision=ms`,
      `street_sensor,serial=99 pm10="text" ${begin}`,
    )
    const readings = Array.from({ length: 100 }, (_, index) => {
      const reading = temperature(6, begin + index, index)
      return index % 50 === 7 ? { ...reading, values: { pm10: index } } : reading
    })
    const { refused } = await telemetry.append(readings, 1)
    expect(refused.map(({ index }) => index)).toEqual([7, 57])
    expect(refused[0]?.detail).toContain('field type conflict')
    expect((await telemetry.latest({ kind: 'street_sensor', serial: 6, limit: 1000 })).length).toBe(98)
  })

  it('makes a bucket that was removed again, with its mapping and books, and goes on', async () => {
    const telemetry = await open('removed')
    await telemetry.putSites(sites)
    await telemetry.append([temperature(6, begin, 1)], 1)
    for (const name of ['removed', 'removed_5m']) await influx.removeBucket(name)
    const readings = [temperature(6, begin + 1, 2)]
    await expect(telemetry.append(readings, 2)).rejects.toMatchObject({
      ...{ code: 'store-unavailable', passing: true },
      message: expect.stringContaining('made again'),
    })
    expect(await telemetry.append(readings, 2)).toEqual({ refused: [] })
    const again = await open('removed')
    expect(await again.latest({ kind: 'street_sensor', serial: 6, limit: 10 })).toEqual(readings)
    expect(await again.position()).toBe(2)
  })
})
