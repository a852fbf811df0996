/**
 * Grafana in docker-compose.yml: it finds its provisioning, its dashboards and its home page where they are mounted, and in
 * its environment all that these files ask for.
 */
import { posix } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { containerPaths, nobodysWebhook } from '../dashboards/grafana/provision/files.ts'
import { read, tree } from './source-tree.ts'
import { composed, environmentOf, exampleVariables } from './support/compose-file.ts'

const { full } = exampleVariables()
const { services } = composed(full)
const grafana = services.grafana
if (!grafana) throw new Error('there is no service grafana')
const environment = environmentOf(grafana, full)
/** Folders of the project by where the container sees them. */
const mounted = new Map(
  Object.values(services)
    .flatMap(({ volumes }) => volumes.filter((volume) => volume.startsWith('./')))
    .map((volume) => {
      const [source = '', target = '', mode = ''] = volume.split(':')
      return [target, { source: source.slice(2), mode }] as const
    }),
)
const filesIn = (folder: string) =>
  tree.filter((path) => path.startsWith(`${folder}/`) && !path.endsWith('/'))

test('what is mounted is there, and only to be read', () => {
  for (const [target, { source, mode }] of mounted) {
    expect(mode, target).toBe('ro')
    expect([...filesIn(source), ...tree.filter((path) => path === source)], source).not.toEqual([])
  }
  expect(mounted.get(containerPaths.provisioning)?.source).toBe('dashboards/grafana/provisioning')
  expect(mounted.get(containerPaths.dashboards)?.source).toBe('dashboards/grafana/dashboards')
})

test('the home page is a dashboard that is there: the coverage of the city', () => {
  const home = environment.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH ?? ''
  const folder = mounted.get(posix.dirname(home))?.source
  const dashboard = z.object({ uid: z.string() }).parse(JSON.parse(read(`${folder}/${posix.basename(home)}`)))
  expect(dashboard.uid).toBe('lantern-coverage')
})

test('the environment has every variable that the provisioning asks for', () => {
  const folder = mounted.get(containerPaths.provisioning)?.source ?? ''
  // Grafana reads these three; the other folders are for another way of signing in.
  const texts = filesIn(folder)
    .filter((path) => ['datasources', 'dashboards', 'alerting'].includes(path.split('/').at(-2) ?? ''))
    .map(read)
  expect(texts.length).toBeGreaterThan(3)
  const asked = texts.flatMap((text) => [...text.matchAll(/\$\{?([A-Z_]{3,})/g)].map(([, name = '']) => name))
  expect(asked).toContain('LANTERN_INFLUX_PASSWORD')
  expect(asked.filter((name) => (environment[name] ?? '') === '')).toEqual([])
  expect(environment.GRAFANA_ALERT_WEBHOOK).toBe(nobodysWebhook)
})

test('the data source signs in as the reader, which has a password and no token', () => {
  const folder = mounted.get(containerPaths.provisioning)?.source
  const { datasources } = z
    .object({
      datasources: z.tuple([
        z.looseObject({ user: z.string(), secureJsonData: z.record(z.string(), z.string()) }),
      ]),
    })
    .parse(parse(read(`${folder}/datasources/influxdb.yaml`)))
  expect(datasources[0].user).toBe(['$', '{LANTERN_INFLUX_USER}'].join(''))
  expect(Object.keys(datasources[0].secureJsonData)).toEqual(['password'])
})
