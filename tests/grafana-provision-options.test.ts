/**
 * The command line of `npm run grafana -- provision`: what is called wrongly, where settings and options meet, and the help.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { runGrafana } from '../dashboards/grafana/provision/command.ts'
import { type Defaults, readCall } from '../dashboards/grafana/provision/options.ts'
import { dashboardsIn } from './support/grafana-provision-run.ts'
import { adminToken, type GrafanaStub, startGrafanaStub } from './support/grafana-provision-stub.ts'
import { temporaryFolder } from './support/temporary.ts'

const folder = temporaryFolder()
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

describe('what is called wrongly', () => {
  const none: Defaults = {
    token: '',
    password: '',
    influx: { url: '', bucket: 'lantern', token: '', user: '', password: '' },
  }
  const good = ['--url', 'http://grafana:3000', '--token', 'abc', '--influx-url', 'http://influx:8086']
  const empty = join(folder, 'empty')
  writeFileSync(empty, '\n')

  async function run(...args: string[]) {
    const said: { out: string[]; err: string[] } = { out: [], err: [] }
    const code = await runGrafana({
      ...{ args, defaults: none, now: Date.now },
      out: (line) => said.out.push(line),
      err: (line) => said.err.push(line),
    })
    return { code, out: said.out.join('\n'), err: said.err.join('\n') }
  }

  test.each([
    [[], '--url is needed'],
    [['--url', 'grafana:3000'], '--url: an address such as http://grafana:3000'],
    [['--url', 'http://me:s3cret@grafana:3000'], '--url: an address without user and password'],
    [['--url', 'http://grafana:3000'], 'a sign-in is needed: --token'],
    [['--url', 'http://grafana:3000', '--token', 'a'], 'the address of InfluxDB is needed: --influx-url'],
    [[...good, '--user', 'admin'], 'say either --token or --user'],
    [[...good, '--password', 's3cret'], '--password needs --user'],
    [['--url', 'http://grafana:3000', '--user', 'admin'], '--user needs --password'],
    [[...good, '--token', 's3cret\nX: y'], '--token: a token has no spaces'],
    [[...good, '--token', '@/nowhere/token'], '--token: ENOENT'],
    [[...good, '--token', `@${empty}`], 'is empty'],
    [[...good, '--influx-token', 's3cret', '--influx-user', 'u'], 'say either --influx-token (2.x) or'],
    [[...good, '--influx-password', 's3cret'], '--influx-password needs --influx-user'],
    [[...good, '--webhook', 's3cret'], '--webhook: an address such as'],
    [[...good, '--email', 'nobody'], '--email: one or more addresses'],
    [[...good, '--email', 'a@b.example', '--webhook', 'http://x'], 'say either --webhook or --email'],
    [[...good, '--bucket', 'a"b'], '--bucket: 1 to 64 of'],
    [[...good, '--wait', 'long'], '--wait: a duration such as'],
    [[...good, '--force'], "Unknown option '--force'"],
  ])('%j', async (args, complaint) => {
    const { code, out, err } = await run('provision', ...args)
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain(complaint)
    expect(err).not.toContain('s3cret')
  })

  test('no such command, and the help', async () => {
    expect(await run('destroy')).toMatchObject({
      code: 2,
      err: expect.stringContaining('there is no "destroy"'),
    })
    for (const args of [[], ['help'], ['--help'], ['provision', '--help']]) {
      const { code, out, err } = await run(...args)
      expect([code, err]).toEqual([0, ''])
      for (const option of ['--url', '--dry-run', '--webhook', '--overwrite']) expect(out).toContain(option)
    }
  })

  test('dashboards that are not there, or are none', async () => {
    const stub = await grafana()
    const bad = join(folder, 'bad')
    dashboardsIn(bad, [{ uid: 'no-title' }])
    for (const [path, complaint] of [
      ['/nowhere', 'the dashboards cannot be read: ENOENT'],
      [dashboardsIn(join(folder, 'none'), []), 'there are no dashboards in'],
      [bad, 'no-title.json is not a dashboard'],
    ] as const) {
      const ran = await run(
        'provision',
        ...good,
        '--url',
        stub.url,
        '--token',
        adminToken,
        '--dashboards',
        path,
      )
      expect(ran.code).toBe(1)
      expect(ran.err).toContain(complaint)
    }
    expect(stub.requests).toEqual([])
  })

  test('a token of the settings is used, and an option wins over it', () => {
    const defaults = {
      ...none,
      token: 'of-settings',
      influx: { ...none.influx, url: 'http://i:1', token: 'of-2' },
    }
    expect(readCall(['--url', 'http://g'], defaults)).toMatchObject({
      signIn: { by: 'token', token: 'of-settings' },
      wishes: { influx: { access: { by: 'token', token: 'of-2' } } },
      secrets: ['of-settings', 'of-2'],
    })
    expect(readCall([...good, '--influx-user', 'u', '--influx-password', 'p'], defaults)).toMatchObject({
      signIn: { by: 'token', token: 'abc' },
      wishes: { influx: { access: { by: 'password', user: 'u', password: 'p' } } },
    })
  })
})
