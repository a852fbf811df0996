/**
 * The provisioning files of a container: as they would be written now, of the form that Grafana documents, with no variable
 * that nobody sets and no dollar sign that Grafana would take for one; and the alert rules' queries, asked of a real
 * InfluxDB that has what Lantern writes.
 */
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { alertRules } from '../dashboards/grafana/provision/alert-rules.ts'
import { containerPaths, fileVariables, provisioningFiles } from '../dashboards/grafana/provision/files.ts'
import { toYaml } from '../dashboards/grafana/provision/yaml.ts'
import { type MeasurementName, measurements } from '../model/measurements.ts'
import { read, tree } from './source-tree.ts'
import { hasInfluxd, needsInfluxd, startInfluxd } from './support/influxd.ts'

const folder = 'dashboards/grafana/provisioning/'
const committed = tree.filter((path) => path.startsWith(folder) && !path.endsWith('/'))

test('the files are as they would be written now: else run `npm run grafana -- files`', () => {
  const files = provisioningFiles()
  expect(committed).toEqual(files.map(({ path }) => folder + path).sort())
  for (const { path, text } of files) expect(read(folder + path) === text, `${path} is up to date`).toBe(true)
})

test('the YAML that is written says what it was written from', () => {
  const value = {
    text: 'a: "b" # c\n- d $e é',
    number: 0.5,
    flag: false,
    nothing: null,
    'odd key': ['yes', { nested: [1, [2, 3]], empty: {} }, []],
    left: undefined,
  }
  expect(parse(toYaml(value))).toEqual({ ...value, left: undefined })
  for (const { text } of provisioningFiles()) expect(() => parse(text)).not.toThrow()
})

const duration = z.string().regex(/^(\d+[smhdw])+$/)
const name = z.string().min(1)
const uid = z.string().regex(/^[A-Za-z0-9_-]{1,40}$/)
/** https://grafana.com/docs/grafana/latest/administration/provisioning/#data-sources */
const dataSources = z.strictObject({
  apiVersion: z.literal(1),
  datasources: z
    .array(
      z.strictObject({
        ...{
          name,
          uid,
          type: z.literal('influxdb'),
          access: z.literal('proxy'),
          url: name,
          user: z.string(),
        },
        ...{ orgId: z.literal(1), isDefault: z.boolean(), editable: z.boolean() },
        // https://grafana.com/docs/grafana/latest/datasources/influxdb/configure/#provisioning-examples
        jsonData: z.strictObject({
          ...{ version: z.literal('InfluxQL'), dbName: name, httpMode: z.literal('POST') },
          ...{ maxSeries: z.number().int(), httpHeaderName1: z.literal('Authorization').optional() },
        }),
        secureJsonData: z.union([
          z.strictObject({ password: name }),
          z.strictObject({ httpHeaderValue1: z.string().startsWith('Token ') }),
        ]),
      }),
    )
    .length(1),
})
/** https://grafana.com/docs/grafana/latest/administration/provisioning/#dashboards */
const providers = z.strictObject({
  apiVersion: z.literal(1),
  providers: z.array(
    z.strictObject({
      ...{ name, orgId: z.literal(1), folder: name, folderUid: uid, type: z.literal('file') },
      ...{ disableDeletion: z.boolean(), allowUiUpdates: z.boolean() },
      options: z.strictObject({ path: z.literal(containerPaths.dashboards) }),
    }),
  ),
})
/** https://grafana.com/docs/grafana/latest/alerting/set-up/provision-alerting-resources/file-provisioning/ */
const contactPoints = z.strictObject({
  apiVersion: z.literal(1),
  contactPoints: z.array(
    z.strictObject({
      ...{ orgId: z.literal(1), name },
      receivers: z.array(
        z.strictObject({
          ...{ uid, type: z.literal('webhook'), disableResolveMessage: z.boolean() },
          settings: z.strictObject({ url: name, httpMethod: z.enum(['POST', 'PUT']) }),
        }),
      ),
    }),
  ),
})
const ruleGroups = z.strictObject({
  apiVersion: z.literal(1),
  groups: z.array(
    z.strictObject({
      ...{ orgId: z.literal(1), name, folder: name, interval: duration },
      rules: z.array(
        z.strictObject({
          ...{ uid, title: name, condition: name, for: duration, isPaused: z.boolean() },
          data: z.array(
            z.strictObject({
              ...{ refId: name, datasourceUid: name, model: z.record(z.string(), z.unknown()) },
              relativeTimeRange: z.strictObject({ from: z.number().int().positive(), to: z.literal(0) }),
            }),
          ),
          noDataState: z.enum(['NoData', 'Alerting', 'OK', 'KeepLast']),
          execErrState: z.enum(['Error', 'Alerting', 'OK', 'KeepLast']),
          annotations: z.record(z.string(), name),
          labels: z.record(z.string(), name),
          notification_settings: z.strictObject({ receiver: name, repeat_interval: duration }),
        }),
      ),
    }),
  ),
})
const forms: Readonly<Record<string, z.ZodType>> = {
  'datasources/influxdb.yaml': dataSources,
  'datasources-token/influxdb.yaml': dataSources,
  'dashboards/lantern.yaml': providers,
  'alerting/contact-points.yaml': contactPoints,
  'alerting/rules.yaml': ruleGroups,
}

describe('the form', () => {
  test.each(provisioningFiles().map(({ path }) => path))('%s is as Grafana documents it', (path) => {
    const result = forms[path]?.safeParse(parse(read(folder + path)))
    expect(result?.error?.issues, path).toBeUndefined()
    expect(result?.success).toBe(true)
  })

  test('every name that a file uses is one that another gives', () => {
    const sources = ['datasources', 'datasources-token'].map((each) =>
      dataSources.parse(parse(read(`${folder}${each}/influxdb.yaml`))),
    )
    const [point] = contactPoints.parse(parse(read(`${folder}alerting/contact-points.yaml`))).contactPoints
    const [provider] = providers.parse(parse(read(`${folder}dashboards/lantern.yaml`))).providers
    const [group] = ruleGroups.parse(parse(read(`${folder}alerting/rules.yaml`))).groups
    expect(new Set(sources.map(({ datasources }) => datasources[0]?.uid))).toEqual(
      new Set(['lantern-influxdb']),
    )
    expect(group?.folder).toBe(provider?.folder)
    expect(group?.rules.map(({ title }) => title)).toEqual(['Coverage below target', 'Ingest lag'])
    for (const { condition, data, notification_settings, annotations } of group?.rules ?? []) {
      const refIds = data.map(({ refId }) => refId)
      expect(refIds).toContain(condition)
      for (const { datasourceUid, model } of data) {
        expect(['lantern-influxdb', '__expr__']).toContain(datasourceUid)
        if (datasourceUid === '__expr__') expect(refIds).toContain(model.expression)
      }
      expect(notification_settings.receiver).toBe(point?.name)
      expect(Object.keys(annotations)).toEqual(['summary', 'description', 'action'])
      // A template that names a value which no query gives would show nothing.
      for (const [, refId] of Object.values(annotations)
        .join()
        .matchAll(/\.Values\.(\w+)/g))
        expect(refIds).toContain(refId)
    }
  })
})

describe('the variables', () => {
  const texts = new Map(committed.map((path) => [path, read(path)]))
  const used = (text: string) => [...text.matchAll(/\$\{(\w+)\}/g)].map(([, variable = '']) => variable)

  test('those that the files take are listed, and no others', () => {
    expect(new Set([...texts.values()].flatMap(used))).toEqual(new Set(fileVariables))
  })

  test('no dollar sign is there for anything else: Grafana would take it for a variable', () => {
    for (const [path, text] of texts) expect(text.replaceAll(/\$\{\w+\}/g, ''), path).not.toContain('$')
  })

  test('docker-compose.yml gives Grafana those of the files it mounts', () => {
    const compose = z
      .object({
        services: z.object({
          grafana: z.object({
            environment: z.record(z.string(), z.unknown()),
            volumes: z.array(z.string()),
          }),
        }),
      })
      .parse(parse(read('docker-compose.yml'), { merge: true }))
    const { environment, volumes } = compose.services.grafana
    const targets = volumes.map((volume) => volume.split(':')[1] ?? '')
    expect(targets).toEqual(expect.arrayContaining(Object.values(containerPaths)))
    const byToken = volumes.some((volume) => volume.includes('datasources-token'))
    const mounted = [...texts].filter(
      ([path]) => !path.includes(byToken ? '/datasources/' : '/datasources-token/'),
    )
    expect(Object.keys(environment)).toEqual(
      expect.arrayContaining(mounted.flatMap(([, text]) => used(text))),
    )
  })
})

describe('the queries', () => {
  const queries = (bucket: string) =>
    new Map(alertRules(bucket).map(({ uid: rule, data }) => [rule, String(data[0]?.model.query)]))

  test('they name measurements, fields and retention policies that Lantern writes', () => {
    for (const query of queries('lantern').values()) {
      const [, policy, measurement = ''] = /FROM "(\w+)"\."(\w+)"/.exec(query) ?? []
      const known = measurements[measurement as MeasurementName]
      expect(policy).toBe(known.kept === 'rollups' ? 'lantern_5m' : 'lantern')
      const quoted = [...query.replace(/FROM "\w+"\."\w+"/, '').matchAll(/(AS )?"(\w+)"/g)]
      const fields = quoted.filter(([, alias]) => !alias).map(([, , field]) => field)
      expect(fields.length).toBeGreaterThan(0)
      expect(Object.keys(known.fields)).toEqual(expect.arrayContaining(fields))
    }
  })

  test.skipIf(!hasInfluxd)(
    `a real InfluxDB answers them with what the rules judge (${needsInfluxd})`,
    async () => {
      const influxd = await startInfluxd()
      try {
        await influxd.query('CREATE DATABASE lantern')
        for (const policy of ['lantern', 'lantern_5m'])
          await influxd.query(`CREATE RETENTION POLICY ${policy} ON lantern DURATION INF REPLICATION 1`)
        const now = Date.now()
        const area = (tags: string, [places, installed, working]: [number, number, number], at: number) =>
          `coverage,${tags} places=${places}i,installed=${installed}i,working=${working}i,installed_share=${installed / places},working_share=${working / places},target=0.7 ${at}`
        await write(influxd.url, 'lantern_5m', [
          area('area=74,level=province,name=All', [1000, 600, 500], now - 60_000),
          area('area=718,level=district,name=One', [600, 100, 100], now - 60_000),
          area('area=74,level=province,name=All', [1000, 999, 500], now - 3_600_000),
        ])
        await write(influxd.url, 'lantern', [
          `platform lag=3.5,readings_per_second=12 ${now - 20_000}`,
          `platform lag=90.25,readings_per_second=12 ${now - 10_000}`,
          `platform lag=5000,readings_per_second=12 ${now - 3_600_000}`,
        ])
        const answered = async (rule: string) => {
          const parameters = new URLSearchParams({
            db: 'lantern',
            epoch: 'ms',
            q: queries('lantern').get(rule) ?? '',
          })
          const response = await fetch(`${influxd.url}/query`, { method: 'POST', body: parameters })
          const { results } = resultsForm.parse(await response.json())
          return results.flatMap(({ series = [] }) =>
            series.flatMap(({ values }) => values.map(([, value]) => value)),
          )
        }
        // The whole city's newest point, and no district's: 0.7 − 0.6.
        expect(await answered('lantern-coverage')).toEqual([expect.closeTo(0.1, 10)])
        expect(await answered('lantern-ingest-lag')).toEqual([90.25])
        await influxd.query('DROP DATABASE lantern')
        await influxd.query('CREATE DATABASE lantern')
        for (const policy of ['lantern', 'lantern_5m'])
          await influxd.query(`CREATE RETENTION POLICY ${policy} ON lantern DURATION INF REPLICATION 1`)
        expect(await answered('lantern-coverage')).toEqual([])
        expect(await answered('lantern-ingest-lag')).toEqual([])
      } finally {
        await influxd.remove()
      }
    },
  )
})

const resultsForm = z.object({
  results: z.array(
    z.strictObject({
      statement_id: z.number(),
      series: z
        .array(z.looseObject({ values: z.array(z.array(z.union([z.number(), z.string(), z.null()]))) }))
        .optional(),
    }),
  ),
})

async function write(url: string, policy: string, lines: readonly string[]): Promise<void> {
  const path = `/write?${new URLSearchParams({ db: 'lantern', rp: policy, precision: 'ms' })}`
  const response = await fetch(`${url}${path}`, { method: 'POST', body: lines.join('\n') })
  expect(response.status).toBe(204)
}
