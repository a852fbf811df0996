/**
 * The provisioning files of a container, from the same data as the calls over HTTP, in the format of
 * https://grafana.com/docs/grafana/latest/administration/provisioning/. `npm run grafana -- files` writes them, and a test
 * says when a committed one is stale. Grafana fills in its environment's variables when it reads them.
 */
import { alertRules, evaluationInterval, ruleBody } from './alert-rules.ts'
import { contactPoint } from './contact-point.ts'
import { type InfluxAccess, influxDataSource } from './data-source.ts'
import { contactPointName, folderTitle, folderUid, ruleGroup, usualBucket } from './names.ts'
import { toYaml } from './yaml.ts'

/** Where a container finds the files and the dashboards. */
export const containerPaths = {
  provisioning: '/etc/grafana/provisioning',
  dashboards: '/var/lib/grafana/dashboards',
} as const

/** What the files take from the environment of Grafana, for either way of signing in to InfluxDB. */
export const fileVariables = [
  'LANTERN_INFLUX_URL',
  'LANTERN_INFLUX_BUCKET',
  'LANTERN_INFLUX_TOKEN',
  'LANTERN_INFLUX_USER',
  'LANTERN_INFLUX_PASSWORD',
  'GRAFANA_ALERT_WEBHOOK',
] as const

/**
 * What GRAFANA_ALERT_WEBHOOK has to be where nobody is to be notified: without an address Grafana does not start. Nothing
 * listens there, and alerts are still seen in Grafana.
 */
export const nobodysWebhook = 'http://127.0.0.1:9/'

const variable = (name: (typeof fileVariables)[number]) => `\${${name}}`

const dataSources = (access: InfluxAccess) => {
  const url = variable('LANTERN_INFLUX_URL')
  const bucket = variable('LANTERN_INFLUX_BUCKET')
  const source = influxDataSource({ url, bucket, access })
  return { apiVersion: 1, datasources: [{ ...source, orgId: 1, isDefault: true, editable: false }] }
}

const contents: Readonly<Record<string, { about: string; content: unknown }>> = {
  'datasources/influxdb.yaml': {
    about:
      'InfluxDB read with user and password: those of 1.x, or of a v1 authorization in 2.x. For a token of 2.x mount the folder datasources-token in place of this one.',
    content: dataSources({
      by: 'password',
      user: variable('LANTERN_INFLUX_USER'),
      password: variable('LANTERN_INFLUX_PASSWORD'),
    }),
  },
  'datasources-token/influxdb.yaml': {
    about: 'InfluxDB 2.x read with a token. Mount this folder as provisioning/datasources.',
    content: dataSources({ by: 'token', token: variable('LANTERN_INFLUX_TOKEN') }),
  },
  'dashboards/lantern.yaml': {
    about: "Lantern's dashboards, from the folder that is mounted beside these files.",
    content: {
      apiVersion: 1,
      providers: [
        {
          name: 'lantern',
          orgId: 1,
          folder: folderTitle,
          folderUid,
          type: 'file',
          disableDeletion: true,
          allowUiUpdates: false,
          options: { path: containerPaths.dashboards },
        },
      ],
    },
  },
  'alerting/contact-points.yaml': {
    about: 'Who is told. GRAFANA_ALERT_WEBHOOK must not be empty.',
    content: fileContactPoints(),
  },
  'alerting/rules.yaml': {
    about: 'What is told. The queries name the retention policies of the bucket "lantern".',
    content: {
      apiVersion: 1,
      groups: [
        {
          orgId: 1,
          name: ruleGroup,
          folder: folderTitle,
          interval: evaluationInterval,
          rules: alertRules(usualBucket).map((rule) => ruleBody(rule, contactPointName)),
        },
      ],
    },
  },
}

function fileContactPoints() {
  const { name, ...receiver } = contactPoint({ type: 'webhook', url: variable('GRAFANA_ALERT_WEBHOOK') })
  return { apiVersion: 1, contactPoints: [{ orgId: 1, name, receivers: [receiver] }] }
}

/** Every file with its path from dashboards/grafana/provisioning/ and its whole text. */
export function provisioningFiles(): { path: string; text: string }[] {
  return Object.entries(contents).map(([path, { about, content }]) => ({
    path,
    text: `# ${about}\n# Written by: npm run grafana -- files\n${toYaml(content)}`,
  }))
}
