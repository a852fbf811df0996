/**
 * What `npm run grafana -- provision` does with what is there already and differs: what Lantern made it brings up to date,
 * what people or files have made it keeps and names. The real process against a stand-in for Grafana's API.
 */
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { saveDashboard } from './support/grafana-provision-dashboards.ts'
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
import { type GrafanaStub, startGrafanaStub } from './support/grafana-provision-stub.ts'
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

describe('what is there and differs', () => {
  test("a dashboard that people have changed stays, unless --overwrite says otherwise; Lantern's own is renewed", async () => {
    const stub = await grafana()
    await runProvision({ args: usual(stub.url, samples) })
    const theirs = { ...overview, title: 'Ours now' }
    saveDashboard(stub.state, { dashboard: theirs, folderUid: 'theirs', message: 'nicer', by: 'operator' })
    stub.state.folders.set('theirs', { uid: 'theirs', title: 'Theirs', version: 1 })

    const kept = await runProvision({ args: usual(stub.url, samples) })
    expect(linesOf(kept)).toContain(
      "dashboard Sample overview kept: version 2 is by operator; --overwrite puts Lantern's in its place",
    )
    expect(kept.code).toBe(0)
    expect(stub.state.dashboards.get('sample-overview')?.dashboard.title).toBe('Ours now')

    const overwritten = await runProvision({ args: [...usual(stub.url, samples), '--overwrite'] })
    expect(linesOf(overwritten)).toContain(
      "dashboard Sample overview changed: version 2 is by operator, and stays in the dashboard's history",
    )
    // The folder to which they moved it is theirs to choose.
    expect(stub.state.dashboards.get('sample-overview')).toMatchObject({
      folderUid: 'theirs',
      dashboard: { title: 'Sample overview', version: 3 },
    })
    const after = await runProvision({ args: usual(stub.url, samples) })
    expect(linesOf(after).filter((line) => !line.includes('unchanged'))).toEqual([])
  })

  test('a Grafana that brings dashboards up to date when it saves them is not written to for ever', async () => {
    const stub = await grafana()
    stub.state.migrate = (dashboard) => ({ ...dashboard, schemaVersion: 42, preload: false })
    await runProvision({ args: usual(stub.url, samples) })
    const again = await runProvision({ args: usual(stub.url, samples) })
    expect(linesOf(again).filter((line) => !line.includes('unchanged'))).toEqual([])
  })

  test('what people have set on the data source besides is kept when it is changed', async () => {
    const stub = await grafana()
    await runProvision({ args: usual(stub.url, samples) })
    const source = stub.state.dataSources.get('lantern-influxdb') ?? {}
    Object.assign(source, { name: 'City store', isDefault: true })
    source.jsonData = { ...z.record(z.string(), z.unknown()).parse(source.jsonData), timeout: 30 }
    const ran = await runProvision({
      args: [
        ...usual(stub.url, samples).slice(0, 6),
        '--influx-url',
        'http://influx1:8086',
        '--influx-user',
        'reader',
      ],
      env: { LANTERN_INFLUX_PASSWORD: influxPassword },
    })
    expect(linesOf(ran)).toContainEqual(
      expect.stringContaining(
        'data source City store changed: url, user, jsonData.httpHeaderName1, secureJsonData.password',
      ),
    )
    const changed = stub.state.dataSources.get('lantern-influxdb')
    expect(changed).toMatchObject({
      name: 'City store',
      isDefault: true,
      jsonData: { timeout: 30 },
      version: 2,
    })
    expect(changed?.jsonData).not.toHaveProperty('httpHeaderName1')
  })

  test('a secret that InfluxDB refuses is written again, one that works is left, --renew writes it', async () => {
    const stub = await grafana()
    let valid = `Token ${influxToken}`
    stub.state.influx = ({ httpHeaderValue1 }) =>
      httpHeaderValue1 === valid
        ? { status: 'OK', message: 'datasource is working. 0 measurements found' }
        : { status: 'ERROR', message: 'error reading influxDB: unauthorized access' }
    const args = usual(stub.url, samples)
    await runProvision({ args })
    valid = 'Token another-one'
    const newer = args.map((arg) => (arg === influxToken ? 'another-one' : arg))
    const renewed = await runProvision({ args: newer })
    expect(linesOf(renewed)).toContainEqual(
      expect.stringMatching(/^data source .* changed: its secret: InfluxDB refused/),
    )
    expect(stub.state.secrets.get('lantern-influxdb')).toEqual({ httpHeaderValue1: valid })
    const left = await runProvision({ args })
    expect(linesOf(left)).toContainEqual(expect.stringMatching(/^data source .* unchanged/))
    const forced = await runProvision({ args: [...args, '--renew'] })
    expect(stub.state.secrets.get('lantern-influxdb')).toEqual({ httpHeaderValue1: `Token ${influxToken}` })
    // Now InfluxDB wants the other one: all is in place, and it does not work.
    expect(forced.code).toBe(1)
    expect(forced.err).toContain(
      'Grafana does not get through to InfluxDB: error reading influxDB: unauthorized access',
    )
    expect(linesOf(forced)).toHaveLength(7)
  })

  test('rules: a new threshold is brought, a pause stays, what is no longer provisioned is kept', async () => {
    const stub = await grafana()
    await runProvision({ args: usual(stub.url, samples) })
    const lag = stub.state.rules.get('lantern-ingest-lag') ?? {}
    Object.assign(lag, { for: '1h', isPaused: true })
    const coverage = stub.state.rules.get('lantern-coverage') ?? {}
    Object.assign(coverage, { title: 'Our own words', provenance: undefined })
    const ran = await runProvision({ args: usual(stub.url, samples) })
    expect(linesOf(ran).slice(-2)).toEqual([
      'alert rule Coverage below target kept: differs in title: changed in Grafana by others; --overwrite makes it as Lantern has it',
      'alert rule Ingest lag changed: for',
    ])
    expect(stub.state.rules.get('lantern-ingest-lag')).toMatchObject({ for: '5m', isPaused: true })
    const overwritten = await runProvision({ args: [...usual(stub.url, samples), '--overwrite'] })
    expect(linesOf(overwritten).slice(-2)).toEqual([
      'alert rule Coverage below target changed: title',
      'alert rule Ingest lag unchanged: it is paused there',
    ])
  })

  test('contact points: a hidden address is no difference; one of the same name is used as it is', async () => {
    const stub = await grafana()
    await runProvision({ args: usual(stub.url, samples) })
    const point = stub.state.contactPoints.get('lantern-contact') ?? {}
    point.settings = { url: '[REDACTED]', httpMethod: 'POST' }
    const args = usual(stub.url, samples).map((arg) => arg.replace('/alerts', '/elsewhere'))
    const hidden = await runProvision({ args })
    expect(linesOf(hidden)).toContain('contact point Lantern unchanged')
    const renewed = await runProvision({ args: [...args, '--renew'] })
    expect(linesOf(renewed)).toContain('contact point Lantern changed: written again, as asked')
    expect(stub.state.contactPoints.get('lantern-contact')).toMatchObject({
      settings: { url: 'https://city.example/elsewhere' },
    })
    expect(`${hidden.out}${renewed.out}`).not.toContain('elsewhere')

    stub.state.contactPoints.clear()
    stub.state.contactPoints.set('own', {
      uid: 'own',
      name: 'Lantern',
      type: 'email',
      settings: { addresses: 'x@y.example' },
    })
    const used = await runProvision({ args })
    expect(linesOf(used)).toContain(
      'contact point Lantern kept: one of this name is there already; the alert rules use it',
    )
    expect([...stub.state.contactPoints.keys()]).toEqual(['own'])
  })

  test('a Grafana that has all of it from files: what is the same is unchanged, the rest is kept and said', async () => {
    const stub = await grafana()
    await runProvision({ args: usual(stub.url, samples) })
    const written = stub.writes().length
    const { state } = stub
    state.dataSources.set('lantern-influxdb', {
      ...state.dataSources.get('lantern-influxdb'),
      ...{ readOnly: true, url: 'http://elsewhere:8086' },
    })
    for (const found of [...state.rules.values(), ...state.contactPoints.values()]) found.provenance = 'file'
    Object.assign(state.rules.get('lantern-coverage') ?? {}, { for: '2h' })
    const dashboard = state.dashboards.get('sample-overview')
    if (dashboard)
      Object.assign(dashboard, { provisioned: true, dashboard: { ...dashboard.dashboard, refresh: '5m' } })
    const ran = await runProvision({ args: [...usual(stub.url, samples), '--overwrite'] })
    expect(linesOf(ran)).toEqual([
      'folder Lantern unchanged',
      'data source Lantern InfluxDB kept: differs in url; this Grafana has it from provisioning files: change it there; datasource is working. 9 measurements found',
      'dashboard Sample overview kept: this Grafana has it from provisioning files: change it there',
      'dashboard Sample platform unchanged',
      'contact point Lantern unchanged',
      'alert rule Coverage below target kept: differs in for: Grafana has it from elsewhere ("file") and lets only that change it',
      'alert rule Ingest lag unchanged',
    ])
    expect(ran.code).toBe(0)
    expect(stub.writes()).toHaveLength(written)
  })

  test('a folder that people have renamed keeps its name', async () => {
    const stub = await grafana()
    stub.state.folders.set('lantern', { uid: 'lantern', title: 'Watched over', version: 4 })
    const ran = await runProvision({ args: usual(stub.url, samples) })
    expect(linesOf(ran)[0]).toBe('folder Lantern unchanged: it is called "Watched over" there, which stays')
  })
})
