/**
 * The alert rules as data, once for provisioning/alerting/rules.yaml and for the calls over HTTP. Both formats are those
 * of https://grafana.com/docs/grafana/latest/alerting/set-up/provision-alerting-resources/file-provisioning/ and
 * https://grafana.com/docs/grafana/latest/developers/http_api/alerting_provisioning/.
 *
 * No text that is made here contains a dollar sign: Grafana takes `$name` in the files for environment variables, and
 * `$$` for a dollar, in some fields and versions and not in others. Hence `time > now() - …` in place of `$timeFilter`, and
 * `.Values` in place of `$values`.
 */
import { boards } from '../build/names.ts'
import { dataSourceUid, policiesOf } from './names.ts'

export interface AlertRule {
  readonly uid: string
  readonly title: string
  /** The refId of the query that decides. */
  readonly condition: string
  readonly data: readonly RuleQuery[]
  /** What follows when a query finds nothing, and when it fails. */
  readonly noDataState: 'Alerting' | 'KeepLast'
  readonly execErrState: 'Error' | 'KeepLast'
  /** How long the condition must hold, as Prometheus writes durations. */
  readonly for: string
  readonly annotations: Readonly<Record<'summary' | 'description' | 'action', string>>
  readonly labels: Readonly<Record<string, string>>
  /** How often a notification is repeated while it lasts, as Prometheus writes durations. */
  readonly repeat: string
}

interface RuleQuery {
  readonly refId: string
  readonly datasourceUid: string
  /** Seconds before now. */
  readonly relativeTimeRange: { readonly from: number; readonly to: number }
  readonly model: Readonly<Record<string, unknown>>
}

/** How often all rules are evaluated: Grafana's own default, and how often coverage is written. */
export const evaluationInterval = '1m'

/** Readings that have waited longer than this, seconds, are late. */
const lateAfterSeconds = 60

export function alertRules(bucket: string): AlertRule[] {
  const { readings, rollups } = policiesOf(bucket)
  return [
    {
      uid: 'lantern-coverage',
      title: 'Coverage below target',
      // The point with the most public places is that of the whole city, on whatever rung; areas within it have fewer.
      ...above(
        `SELECT "target" - "installed_share" AS "gap" FROM (SELECT max("places"), "installed_share", "target" FROM "${rollups}"."coverage" WHERE time > now() - 10m)`,
        { seconds: 600, limit: 0 },
      ),
      // That nothing is written any more is what the other rule tells; one cause, one alert.
      noDataState: 'KeepLast',
      execErrState: 'KeepLast',
      for: '15m',
      annotations: {
        summary: 'Fewer public places have a camera than the target asks for',
        description:
          'A further {{ humanizePercentage .Values.B.Value }} of all public places need a commissioned camera to reach the target.',
        action: `Open the dashboard ${boards.coverage.title}: its districts are sorted by their gap. Install there first; where a camera was decommissioned, replace it.`,
      },
      labels: { severity: 'warning', team: 'lantern' },
      // The gap closes in months: a reminder a week.
      repeat: '1w',
    },
    {
      uid: 'lantern-ingest-lag',
      title: 'Ingest lag',
      ...above(`SELECT max("lag") AS "lag" FROM "${readings}"."platform" WHERE time > now() - 5m`, {
        seconds: 300,
        limit: lateAfterSeconds,
      }),
      // Lantern writes this every 10 s. None in 5 minutes: it is down, or it cannot reach InfluxDB, which is the worst lag.
      noDataState: 'Alerting',
      // Grafana itself cannot ask InfluxDB: an alert of its own name, DatasourceError, says so.
      execErrState: 'Error',
      for: '5m',
      annotations: {
        summary: `{{ if gt .Values.B.Value ${lateAfterSeconds}.0 }}Readings wait {{ humanizeDuration .Values.B.Value }} before they are stored{{ else }}Lantern has written nothing for 5 minutes{{ end }}`,
        description:
          'What dashboards show is older than it looks. Nothing is lost: acknowledged readings wait in the journal until it is full; then devices are no longer acknowledged.',
        action: `Ask /readyz of Lantern: it names the part that is not well and what to do. If it does not answer, start it again. On the dashboard ${boards.platform.title}, compare the journal with its limit: that is the room left.`,
      },
      labels: { severity: 'critical', team: 'lantern' },
      repeat: '4h',
    },
  ]
}

/** A query, its last value for each series, and whether that is above a limit. */
function above(
  query: string,
  options: { seconds: number; limit: number },
): Pick<AlertRule, 'condition' | 'data'> {
  const relativeTimeRange = { from: options.seconds, to: 0 }
  const expression = (refId: string, model: Record<string, unknown>): RuleQuery => ({
    refId,
    datasourceUid: '__expr__',
    relativeTimeRange,
    model: { refId, datasource: { type: '__expr__', uid: '__expr__' }, ...model },
  })
  return {
    condition: 'C',
    data: [
      {
        refId: 'A',
        datasourceUid: dataSourceUid,
        relativeTimeRange,
        model: {
          refId: 'A',
          datasource: { type: 'influxdb', uid: dataSourceUid },
          rawQuery: true,
          query,
          resultFormat: 'time_series',
          intervalMs: 1000,
          maxDataPoints: 43_200,
        },
      },
      expression('B', { type: 'reduce', expression: 'A', reducer: 'last' }),
      expression('C', {
        type: 'threshold',
        expression: 'B',
        conditions: [{ evaluator: { type: 'gt', params: [options.limit] } }],
      }),
    ],
  }
}

/** A rule as the HTTP API takes it and the file has it, apart from its folder and group. */
export function ruleBody({ repeat, ...rule }: AlertRule, contactPoint: string | undefined) {
  return {
    ...rule,
    isPaused: false,
    // A route of the rule's own: the notification policies, which are the user's, need no change.
    ...(contactPoint && {
      notification_settings: { receiver: contactPoint, repeat_interval: repeat },
    }),
  }
}
