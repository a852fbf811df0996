/**
 * The InfluxDB data source and its health: https://grafana.com/docs/grafana/latest/developers/http_api/data_source/.
 * Settings that it does not name (a default, timeouts, TLS) stay as people have set them. Called by provision.ts.
 */
import { z } from 'zod'
import { LanternError } from '../../../../model/errors.ts'
import { differences, inWords } from '../compare.ts'
import { influxDataSource } from '../data-source.ts'
import type { Grafana } from '../http.ts'
import { dataSourceUid } from '../names.ts'
import type { Finding, Step } from '../step.ts'

const dataSource = z.looseObject({
  name: z.string(),
  jsonData: z.record(z.string(), z.unknown()).nullish(),
  secureJsonFields: z.record(z.string(), z.boolean()).nullish(),
  readOnly: z.boolean().default(false),
})
type Present = z.output<typeof dataSource>
const health = z.looseObject({ status: z.string().default(''), message: z.string() })

const path = `/api/datasources/uid/${dataSourceUid}`

export const dataSourceStep: Step = async ({ grafana, wishes }) => {
  const wanted = influxDataSource(wishes.influx)
  const what = `data source "${wanted.name}"`
  const present = await grafana.find(what, path, dataSource)
  const about = { kind: 'data source', name: present?.name ?? wanted.name, check: () => checkHealth(grafana) }
  if (!present) {
    const apply = () => grafana.write(what, 'post', '/api/datasources', wanted)
    return [{ ...about, action: 'create', detail: '', apply }]
  }
  const reason = await whyChange(grafana, present, wanted, wishes.renew)
  if (reason === '') return [{ ...about, action: 'none', detail: '' }]
  if (present.readOnly) {
    const detail = `differs in ${reason}; this Grafana has it from provisioning files: change it there`
    return [{ ...about, action: 'keep', detail } satisfies Finding]
  }
  const apply = () => grafana.write(what, 'put', path, merged(present, wanted))
  return [{ ...about, action: 'change', detail: reason, apply }]
}

/** What differs; empty: nothing. A secret cannot be read back: it is written again when InfluxDB refuses the old one. */
async function whyChange(
  grafana: Grafana,
  present: Present,
  wanted: ReturnType<typeof influxDataSource>,
  renew: boolean,
): Promise<string> {
  const { uid: _, name: __, secureJsonData, ...visible } = wanted
  const differing = differences(visible, present)
  if (hasForeignHeader(present, wanted)) differing.push('jsonData.httpHeaderName1')
  for (const secret of Object.keys(secureJsonData))
    if (!present.secureJsonFields?.[secret]) differing.push(`secureJsonData.${secret}`)
  if (differing.length > 0) return inWords(differing)
  if (Object.keys(secureJsonData).length === 0) return ''
  if (renew) return 'its secret, as asked'
  const { well, words } = await checkHealth(grafana)
  return !well && /40[13]|authori[sz]|authenticat/i.test(words)
    ? 'its secret: InfluxDB refused the one before'
    : ''
}

/** A token's header where the sign-in is now another; it would win over user and password. */
function hasForeignHeader(present: Present, wanted: ReturnType<typeof influxDataSource>): boolean {
  return present.jsonData?.httpHeaderName1 === 'Authorization' && !('httpHeaderName1' in wanted.jsonData)
}

/** What people have set besides is kept; the version makes Grafana refuse if they do it at this moment. */
function merged(present: Present, wanted: ReturnType<typeof influxDataSource>) {
  const { secureJsonFields: _, ...rest } = present
  const jsonData: Record<string, unknown> = { ...present.jsonData, ...wanted.jsonData }
  if (hasForeignHeader(present, wanted)) delete jsonData.httpHeaderName1
  return { ...rest, ...wanted, name: present.name, jsonData }
}

/** https://grafana.com/docs/grafana/latest/developers/http_api/data_source/#check-data-source-health */
async function checkHealth(grafana: Grafana): Promise<{ well: boolean; words: string }> {
  const { status, body } = await grafana.ask(`${path}/health`).catch(inTime)
  const read = health.safeParse(body)
  if (status === 200 && read.success && read.data.status === 'OK')
    return { well: true, words: read.data.message }
  const words = read.success ? read.data.message.trim() : `its health check answered ${status}`
  return {
    well: false,
    words: `Grafana does not get through to InfluxDB: ${words}. The address must be right as Grafana's machine sees it, the sign-in one that may read the bucket, and Grafana must have its InfluxDB plugin.`,
  }
}

/** Grafana waits long for an InfluxDB that does not answer; that is no fault of Grafana's. */
function inTime(thrown: unknown) {
  if (!(thrown instanceof LanternError) || thrown.code !== 'store-timeout') throw thrown
  return { status: 504, body: { message: 'InfluxDB did not answer it in time' } }
}
