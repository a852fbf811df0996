/**
 * What `npm run grafana -- provision` says when something is wrong: each refusal of Grafana, each fault of a network, each
 * server that is not Grafana, with the remedy, and never with a secret. The real process, where it is not a table of codes.
 */
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { unanswered } from '../dashboards/grafana/provision/failures.ts'
import { saveDashboard } from './support/grafana-provision-dashboards.ts'
import {
  dashboardsIn,
  linesOf,
  overview,
  platform,
  runProvision,
  usual,
} from './support/grafana-provision-run.ts'
import {
  adminToken,
  type GrafanaStub,
  type Spoiled,
  startGrafanaStub,
  viewerToken,
} from './support/grafana-provision-stub.ts'
import { freePort } from './support/lantern.ts'
import { temporaryFolder } from './support/temporary.ts'

const folder = temporaryFolder()
const samples = dashboardsIn(join(folder, 'samples'), [overview, platform])
const newer = dashboardsIn(join(folder, 'newer'), [{ ...overview, refresh: '1m' }, platform])
let started: GrafanaStub[] = []
afterEach(async () => {
  await Promise.all(started.map((stub) => stub.stop()))
  started = []
})

async function grafana(): Promise<GrafanaStub> {
  const stub = await startGrafanaStub()
  started.push(stub)
  return stub
}

/** A run against a Grafana that spoils requests; what it said, and how far it came. */
async function refusal(options: {
  spoil: (request: string, stub: GrafanaStub) => Spoiled | undefined
  args?: readonly string[]
  before?: readonly string[]
}) {
  const stub = await grafana()
  if (options.before) await runProvision({ args: options.before.map((arg) => arg.replace('URL', stub.url)) })
  stub.spoil((request) => options.spoil(request, stub))
  const ran = await runProvision({ args: [...usual(stub.url, samples), ...(options.args ?? [])] })
  expect(ran.code).toBe(1)
  return { ...ran, lines: linesOf(ran), stub }
}

describe('what Grafana refuses', () => {
  test.each([
    ['a wrong token', ['--token', 'glsa_nonsense'], '401: Invalid API key', 'wrong, expired'],
    [
      'a wrong password',
      ['--user', 'admin', '--password', 'nonsense'],
      '401: Invalid username',
      'role Admin',
    ],
    ['a viewer', ['--token', viewerToken], "403: You'll need additional permissions", 'role Admin'],
  ])('%s', async (_, signIn, said, remedy) => {
    const stub = await grafana()
    const ran = await runProvision({
      args: ['--url', stub.url, ...signIn, ...usual(stub.url, samples).slice(4)],
    })
    expect(ran.code).toBe(1)
    expect(ran.err).toContain(`folder "Lantern": Grafana answered ${said}`)
    expect(ran.err).toContain(remedy)
    expect(linesOf(ran)).toEqual([])
    expect(ran.err).not.toContain('nonsense')
  })

  test('404: the alerting is switched off', async () => {
    const { err, lines } = await refusal({
      spoil: (request) =>
        request.includes('/provisioning/') ? { status: 404, body: { message: 'Not found' } } : undefined,
    })
    expect(err).toContain('contact point "Lantern": Grafana answered 404: Not found')
    expect(err).toContain('its alerting is switched on')
    expect(lines).toHaveLength(4)
  })

  test('409: the folder is there, but this sign-in may not see it', async () => {
    const { err } = await refusal({
      spoil: (request, { state }) => {
        state.folders.set('lantern', { uid: 'lantern', title: 'Lantern', version: 1 })
        return request.startsWith('GET /api/folders')
          ? { status: 404, body: { message: 'folder not found' } }
          : undefined
      },
    })
    expect(err).toContain('409: a folder/dashboard with the same uid already exists')
  })

  test('409: a data source of that name is there under another uid', async () => {
    const { err } = await refusal({
      spoil: (_, { state }) => {
        state.dataSources.set('other', { uid: 'other', name: 'Lantern InfluxDB' })
        return undefined
      },
    })
    expect(err).toContain(
      'data source "Lantern InfluxDB": Grafana answered 409: data source with the same name',
    )
    expect(err).toContain('rename the other in Grafana')
  })

  test('409: somebody saves the data source at this very moment, and theirs stays', async () => {
    const { err, stub } = await refusal({
      before: usual('URL', samples),
      args: ['--influx-url', 'http://influx2:8086'],
      spoil: (request, { state }) => {
        if (request.startsWith('PUT '))
          Object.assign(state.dataSources.get('lantern-influxdb') ?? {}, { version: 9 })
        return undefined
      },
    })
    expect(err).toContain('409: Datasource has already been updated by someone else')
    expect(stub.state.dataSources.get('lantern-influxdb')?.url).toBe('http://influx:8086')
  })

  test('412: somebody saves the dashboard at this very moment, and theirs stays', async () => {
    const { err, stub } = await refusal({
      before: usual('URL', samples),
      args: ['--dashboards', newer],
      spoil: (request, { state }) => {
        if (request === 'POST /api/dashboards/db')
          saveDashboard(state, {
            ...{ dashboard: { ...overview, title: 'Theirs' }, folderUid: 'lantern' },
            ...{ message: '', by: 'operator' },
          })
        return undefined
      },
    })
    expect(err).toContain('dashboard "Sample overview": Grafana answered 412: The dashboard has been changed')
    expect(err).toContain('Nothing of theirs was overwritten')
    expect(stub.state.dashboards.get('sample-overview')?.dashboard.title).toBe('Theirs')
  })

  test('409: a rule turns out to be provisioned by files', async () => {
    const { err } = await refusal({
      before: usual('URL', samples),
      spoil: (request, { state }) => {
        const rule = state.rules.get('lantern-coverage') ?? {}
        if (request.includes('/alert-rules/')) Object.assign(rule, { for: '1h' })
        if (request.startsWith('PUT ')) rule.provenance = 'file'
        return undefined
      },
    })
    expect(err).toContain("409: cannot change provenance from 'file' to 'api'")
    expect(err).toContain('It was made by files or by another tool')
  })

  test.each([
    [
      400,
      'POST /api/dashboards/db',
      { message: 'Cannot save provisioned dashboard' },
      'from provisioning files',
    ],
    [400, 'POST /api/dashboards/db', { message: 'bad request data' }, 'Correct what Grafana names'],
    [
      403,
      'PUT /api/datasources',
      { message: 'Cannot update read-only data source' },
      'from provisioning files',
    ],
    [
      422,
      'POST /api/v1/provisioning/alert-rules',
      { message: 'invalid alert rule' },
      'did not accept a value',
    ],
    [429, 'GET /api/dashboards/uid', {}, 'in a minute'],
    [500, 'POST /api/v1/provisioning/contact-points', { message: 'database is locked' }, 'its log says more'],
    [503, 'GET /api/datasources/uid', '<html>no upstream</html>', 'run it again'],
  ])('%i to %s %j', async (status, request, body, remedy) => {
    const { err } = await refusal({
      ...(request.startsWith('PUT') && {
        before: usual('URL', samples),
        args: ['--influx-url', 'http://x:8086'],
      }),
      spoil: (name) => (name.startsWith(request) ? { status, body } : undefined),
    })
    expect(err).toContain(`Grafana answered ${status}`)
    if (typeof body === 'object' && 'message' in body) expect(err).toContain(body.message)
    expect(err).toContain(remedy)
  })

  test('words of Grafana that repeat a secret are printed without it', async () => {
    const { err } = await refusal({
      spoil: (name) =>
        name.startsWith('POST ')
          ? { status: 400, body: { message: `no: ${adminToken} is not welcome` } }
          : undefined,
    })
    expect(err).toContain('no: *** is not welcome')
  })
})

describe('what is not Grafana, or not reached', () => {
  test.each<[string, Spoiled, string, string]>([
    [
      'a web page',
      { status: 200, body: '<html>Welcome</html>', headers: { 'content-type': 'text/html' } },
      'but not as Grafana does',
      'the path where Grafana is below one',
    ],
    [
      'another API',
      { status: 404, body: { detail: 'nothing here' } },
      'answered 404, but not as',
      'Check --url',
    ],
    [
      'http to a TLS port',
      { status: 400, body: 'Client sent an HTTP request to an HTTPS server.\n' },
      'but not as Grafana does',
      'begin --url with https://',
    ],
    [
      'a redirect',
      { status: 301, body: '', headers: { location: 'https://city.example/grafana/api/health' } },
      'answered 301, a redirect',
      'Say --url https://city.example/grafana if',
    ],
    [
      'a sign-in before it',
      { status: 302, body: '', headers: { location: '/oauth2/login?rd=x' } },
      'sends to its sign-in page',
      'reaches Grafana directly',
    ],
    [
      'an old Grafana',
      { status: 200, body: { database: 'ok', version: '10.4.1' } },
      'this is Grafana 10.4.1',
      'Grafana 11 or newer',
    ],
  ])('%s: said at once, and no secret was sent there', async (_, answer, said, remedy) => {
    const { err, lines, stub } = await refusal({ spoil: () => answer })
    expect(err).toContain(said)
    expect(err).toContain(remedy)
    expect(lines).toEqual([])
    expect(stub.requests).toEqual(['GET /api/health'])
    expect([...stub.signedIn.values()]).toEqual([false])
  })

  test('a web page in the middle, as a proxy makes it', async () => {
    const { err } = await refusal({
      spoil: (name) => (name.startsWith('GET /api/folders') ? { status: 200, body: '<html/>' } : undefined),
    })
    expect(err).toContain('answered 200, but not as Grafana does')
  })

  test('a version that is hidden is no hindrance', async () => {
    const stub = await grafana()
    stub.state.version = undefined
    expect(await runProvision({ args: usual(stub.url, samples) })).toMatchObject({ code: 0, err: '' })
  })

  test('a Grafana that never gets well, one that is not there, one that hangs: the wait is bounded', async () => {
    const stub = await grafana()
    stub.state.database = 'failing'
    const short = ['--wait', '1s', '--timeout', '1s']
    const unwell = await runProvision({ args: [...usual(stub.url, samples), ...short] })
    expect(unwell).toMatchObject({ code: 1 })
    expect(unwell.err).toContain('its own database is "failing"')
    const absent = await runProvision({
      args: [...usual(`http://127.0.0.1:${await freePort()}`, samples), ...short],
    })
    expect(absent).toMatchObject({ code: 1 })
    expect(absent.err).toContain('cannot be reached (ECONNREFUSED)\nCheck that Grafana runs')
    stub.state.database = 'ok'
    stub.spoil((name) => (name.startsWith('GET /api/folders') ? 'hang' : undefined))
    const hanging = await runProvision({ args: [...usual(stub.url, samples), ...short] })
    expect(hanging).toMatchObject({ code: 1 })
    expect(hanging.err).toContain('did not answer in time\n')
    expect(hanging.err).toContain('allow more with --timeout')
  })

  test.each<[string, Spoiled, string]>([
    ['InfluxDB does not answer Grafana', 'hang', 'InfluxDB did not answer it in time'],
    [
      'Grafana has no InfluxDB plugin',
      { status: 404, body: { message: 'Plugin not found' } },
      'Plugin not found',
    ],
  ])('%s: all is put in place, and the run fails', async (_, answer, said) => {
    const { err, lines } = await refusal({
      args: ['--timeout', '1s'],
      spoil: (name) => (name.endsWith('/health') && name.includes('/datasources/') ? answer : undefined),
    })
    expect(err).toContain(`Grafana does not get through to InfluxDB: ${said}. The address must be right`)
    expect(lines).toHaveLength(7)
  })

  test('https to a server that speaks no TLS', async () => {
    const stub = await grafana()
    const ran = await runProvision({ args: usual(stub.url.replace('http:', 'https:'), samples) })
    expect(ran.code).toBe(1)
    expect(ran.err).toContain(
      'the TLS connection failed (EPROTO)\nThe server speaks no TLS there: try http://',
    )
  })

  test.each([
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'NODE_EXTRA_CA_CERTS=', false],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'NODE_EXTRA_CA_CERTS=', false],
    ['CERT_HAS_EXPIRED', "Renew the server's certificate", false],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'a host name in --url that stands in the certificate', false],
    ['ENOTFOUND', 'Check the name in --url', true],
    ['EHOSTUNREACH', 'host and port in --url', true],
    ['ETIMEDOUT', 'no firewall', true],
  ])('%s: %s', (code, remedy, passing) => {
    const error = unanswered('https://grafana:3000', Object.assign(new Error('low-level words'), { code }))
    expect(error.remedy).toContain(remedy)
    expect(error.message).not.toContain('low-level')
    expect(error.passing).toBe(passing)
  })
})
