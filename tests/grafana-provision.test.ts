/**
 * `npm run grafana -- provision` as a city meets it: the real process against a stand-in for Grafana's API. What a first
 * run makes, a second finds; what others have changed stays; a dry run sends nothing that changes anything.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { tree } from './source-tree.ts'
import {
  dashboardsIn,
  influxPassword,
  influxToken,
  linesOf,
  overview,
  platform,
  runProvision,
  usual,
} from './support/grafana-provision-run.ts'
import {
  admin,
  adminToken,
  emptyState,
  type GrafanaStub,
  startGrafanaStub,
} from './support/grafana-provision-stub.ts'
import { freePort } from './support/lantern.ts'
import { temporaryFolder } from './support/temporary.ts'

const folder = temporaryFolder()
const samples = dashboardsIn(join(folder, 'samples'), [overview, platform])
let started: GrafanaStub[] = []
afterEach(async () => {
  await Promise.all(started.map((stub) => stub.stop()))
  started = []
})

async function grafana(options: Parameters<typeof startGrafanaStub>[0] = {}): Promise<GrafanaStub> {
  const stub = await startGrafanaStub(options)
  started.push(stub)
  return stub
}

const rule = z.looseObject({
  folderUID: z.string(),
  isPaused: z.boolean(),
  data: z.array(z.looseObject({ model: z.looseObject({ query: z.string().optional() }) })),
  notification_settings: z.object({ receiver: z.string(), repeat_interval: z.string() }).optional(),
})
const queryOf = (stub: GrafanaStub, uid: string) =>
  rule.parse(stub.state.rules.get(uid)).data.map(({ model }) => model.query ?? '')[0]

/** Made by dashboards/grafana/, each in a file of its uid's name. */
const committed = tree.filter((path) => /^dashboards\/grafana\/dashboards\/[^/]+\.json$/.test(path))

describe('a first run and a second', () => {
  test('everything is made, then everything is unchanged and nothing is written', async () => {
    const stub = await grafana()
    const first = await runProvision({ args: usual(stub.url, samples) })
    expect(linesOf(first)).toEqual([
      'folder Lantern created',
      'data source Lantern InfluxDB created: datasource is working. 9 measurements found',
      'dashboard Sample overview created',
      'dashboard Sample platform created',
      'contact point Lantern created: webhook',
      'alert rule Coverage below target created',
      'alert rule Ingest lag created',
    ])
    expect(first).toMatchObject({ code: 0, err: '' })
    expect(first.out).toMatch(/^Grafana 13\.1\.4 at http:\/\/127\.0\.0\.1:\d+\n/)
    expect(first.out).toMatch(/\n7 created\n$/)
    expect(stub.signedIn.get('GET /api/health')).toBe(false)

    const written = stub.writes().length
    const second = await runProvision({ args: usual(stub.url, samples) })
    expect(linesOf(second)).toHaveLength(7)
    for (const line of linesOf(second)) expect(line).toMatch(/ unchanged(: datasource is working.*)?$/)
    expect(second).toMatchObject({ code: 0, err: '' })
    expect(stub.writes()).toHaveLength(written)
  })

  test('what it makes is what Grafana needs', async () => {
    const { url, state } = await grafana()
    await runProvision({ args: usual(url, samples) })
    expect(state.folders.get('lantern')).toMatchObject({ title: 'Lantern' })
    expect(state.dataSources.get('lantern-influxdb')).toMatchObject({
      type: 'influxdb',
      access: 'proxy',
      url: 'http://influx:8086',
      jsonData: {
        dbName: 'lantern',
        httpMode: 'POST',
        version: 'InfluxQL',
        httpHeaderName1: 'Authorization',
      },
    })
    expect(state.secrets.get('lantern-influxdb')).toEqual({ httpHeaderValue1: `Token ${influxToken}` })
    expect(state.dashboards.get('sample-overview')).toMatchObject({
      folderUid: 'lantern',
      dashboard: overview,
    })
    expect(state.contactPoints.get('lantern-contact')).toMatchObject({
      name: 'Lantern',
      settings: { url: 'https://city.example/alerts' },
    })
    for (const uid of ['lantern-coverage', 'lantern-ingest-lag'])
      expect(rule.parse(state.rules.get(uid))).toMatchObject({
        folderUID: 'lantern',
        isPaused: false,
        notification_settings: { receiver: 'Lantern' },
      })
  })

  test('InfluxDB 1.x, another bucket, e-mail, a folder title, a user: all from settings and options', async () => {
    const stub = await grafana()
    const passwordFile = join(folder, 'password')
    writeFileSync(passwordFile, `${admin.password}\n`)
    const ran = await runProvision({
      args: [
        ...['--url', `${stub.url}/`, '--user', admin.user, '--password', `@${passwordFile}`],
        ...[
          '--dashboards',
          samples,
          '--bucket',
          'town',
          '--folder',
          'Street watch',
          '--email',
          'a@b.example,c@d.example',
        ],
      ],
      env: {
        LANTERN_INFLUX_URL: 'http://influx1:8086',
        LANTERN_INFLUX_USER: 'reader',
        LANTERN_INFLUX_PASSWORD: influxPassword,
      },
    })
    expect(ran).toMatchObject({ code: 0, err: '' })
    const { state } = stub
    expect(state.folders.get('lantern')?.title).toBe('Street watch')
    const source = state.dataSources.get('lantern-influxdb')
    expect(source).toMatchObject({ url: 'http://influx1:8086', user: 'reader', jsonData: { dbName: 'town' } })
    expect(source?.jsonData).not.toHaveProperty('httpHeaderName1')
    expect(state.secrets.get('lantern-influxdb')).toEqual({ password: influxPassword })
    expect(state.contactPoints.get('lantern-contact')).toMatchObject({
      type: 'email',
      settings: { addresses: 'a@b.example;c@d.example' },
    })
    // Queries of dashboards take the bucket from their variable, and no other variable is touched.
    expect(state.dashboards.get('sample-overview')?.dashboard.templating).toMatchObject({
      list: [
        { name: 'bucket', query: 'town', current: { text: 'town', value: 'town' } },
        { name: 'note', query: 'lantern' },
      ],
    })
    // The retention policies have the bucket's name.
    expect(queryOf(stub, 'lantern-coverage')).toContain('"town_5m"."coverage"')
    expect(queryOf(stub, 'lantern-ingest-lag')).toContain('"town"."platform"')
  })

  test('the committed dashboards are the usual ones, and each takes another bucket', async () => {
    const { url, state } = await grafana()
    const [, , , , , , ...rest] = usual(url, samples)
    const ran = await runProvision({
      args: ['--url', url, '--token', adminToken, ...rest, '--bucket', 'town'],
    })
    expect(ran).toMatchObject({ code: 0, err: '' })
    expect([...state.dashboards.keys()].map((uid) => `dashboards/grafana/dashboards/${uid}.json`)).toEqual(
      committed,
    )
    for (const [uid, { dashboard }] of state.dashboards) {
      const text = JSON.stringify(dashboard)
      expect(text, uid).toContain('"query":"town"')
      expect(text, uid).not.toMatch(/\\"lantern(_5m)?\\"\./)
    }
  })

  test('without a contact the policies of the user decide; with one, which is named later, the rules follow', async () => {
    const stub = await grafana()
    const bare = usual(stub.url, samples).slice(0, -4)
    const first = await runProvision({
      args: bare,
      env: { LANTERN_GRAFANA_TOKEN: 'unused: the option wins' },
    })
    expect(linesOf(first)).toContain('alert rule Ingest lag created: sent as your notification policies say')
    expect(linesOf(first).join()).not.toContain('contact point')
    expect(rule.parse(stub.state.rules.get('lantern-ingest-lag')).notification_settings).toBeUndefined()

    const second = await runProvision({ args: usual(stub.url, samples) })
    expect(linesOf(second)).toContain('contact point Lantern created: webhook')
    expect(linesOf(second)).toContain('alert rule Ingest lag changed: notification_settings')
    // And a run that does not name it again leaves it.
    const third = await runProvision({ args: bare })
    expect(linesOf(third).filter((line) => !line.includes('unchanged'))).toEqual([])
    expect(stub.requests.filter((request) => request.includes('policies'))).toEqual([])
  })
})

describe('a dry run', () => {
  test('says what it would do, and sends no request that could change anything', async () => {
    const stub = await grafana()
    const ran = await runProvision({ args: [...usual(stub.url, samples), '--dry-run'] })
    expect(ran).toMatchObject({ code: 0, err: '' })
    expect(linesOf(ran)).toHaveLength(7)
    for (const line of linesOf(ran)) expect(line).toContain('would be created')
    expect(ran.out).toContain('(dry run: nothing is changed)')
    expect(stub.writes()).toEqual([])

    await runProvision({ args: usual(stub.url, samples) })
    const written = stub.writes().length
    const changed = dashboardsIn(join(folder, 'newer'), [{ ...overview, refresh: '1m' }, platform])
    const again = await runProvision({
      args: [...usual(stub.url, changed), '--influx-url', 'http://influx2:8086', '--dry-run'],
    })
    expect(linesOf(again).slice(0, 4)).toEqual([
      'folder Lantern unchanged',
      'data source Lantern InfluxDB would be changed: url',
      'dashboard Sample overview would be changed: newer than there',
      'dashboard Sample platform unchanged',
    ])
    expect(stub.writes()).toHaveLength(written)
  })
})

describe('a Grafana that comes and goes', () => {
  test('one that is starting is waited for: first nobody answers, then its database is not ready', async () => {
    const port = await freePort()
    const state = emptyState()
    state.database = 'failing'
    const running = runProvision({
      args: usual(`http://127.0.0.1:${port}`, samples),
      heard: (piece) => {
        if (piece.includes('Waiting for Grafana') && started.length === 0)
          void grafana({ port, state }).then(({ requests }) => {
            const timer = setInterval(() => {
              if (requests.length === 0) return
              clearInterval(timer)
              state.database = 'ok'
            }, 10)
          })
      },
    })
    const ran = await running
    expect(ran).toMatchObject({ code: 0, err: '' })
    expect(ran.out).toMatch(
      /^Waiting for Grafana, at most 20 s: .* cannot be reached \(ECONNREFUSED\)\nGrafana 13\.1\.4 at/,
    )
    expect(linesOf(ran)).toHaveLength(7)
  })

  test('one that goes away in the middle is said to; the next run finishes, and repeats nothing', async () => {
    const stub = await grafana()
    stub.spoil((request) => (request === 'POST /api/v1/provisioning/contact-points' ? 'drop' : undefined))
    const broken = await runProvision({ args: usual(stub.url, samples) })
    expect(broken.code).toBe(1)
    expect(linesOf(broken)).toHaveLength(4)
    expect(broken.err).toMatch(
      /cannot be reached \(ECONNRESET\)\n.*What was done stays done; run it again\.\n$/,
    )
    stub.spoil(undefined)
    const next = await runProvision({ args: usual(stub.url, samples) })
    expect(linesOf(next).map((line) => line.replace(/:.*/, ''))).toEqual([
      'folder Lantern unchanged',
      'data source Lantern InfluxDB unchanged',
      'dashboard Sample overview unchanged',
      'dashboard Sample platform unchanged',
      'contact point Lantern created',
      'alert rule Coverage below target created',
      'alert rule Ingest lag created',
    ])
    expect(next.code).toBe(0)
  })

  test('a token from the environment or from a file signs in as well', async () => {
    const stub = await grafana()
    const file = join(folder, 'token')
    writeFileSync(file, `${adminToken}\n`)
    const rest = usual(stub.url, samples).slice(4)
    const url = ['--url', stub.url]
    expect(
      await runProvision({ args: [...url, ...rest], env: { LANTERN_GRAFANA_TOKEN: adminToken } }),
    ).toMatchObject({
      code: 0,
      err: '',
    })
    expect(await runProvision({ args: [...url, '--token', `@${file}`, ...rest] })).toMatchObject({
      code: 0,
      err: '',
    })
  })
})
