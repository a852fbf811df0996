/**
 * The figures of broker, journal, ingest and registry as Prometheus metrics, read when somebody asks: the
 * counting itself is plain addition where it happens, so that the way of a reading pays nothing for it.
 */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { Severity } from './model/alert.ts'
import type { ComponentHealth } from './model/health.ts'

type Component = ComponentHealth['name']

/** [metric, help, part, figure of that part, factor to the metric's unit]; `_total` makes it a counter. */
const metrics: readonly [string, string, Component, string, number?][] = [
  ['lantern_mqtt_connections', 'Open MQTT connections', 'broker', 'connections'],
  ['lantern_mqtt_messages_received_total', 'Messages that devices published', 'broker', 'messagesReceived'],
  ['lantern_mqtt_messages_journaled_total', 'Messages on disk', 'broker', 'messagesJournaled'],
  [
    'lantern_mqtt_messages_not_forwarded_total',
    'Messages skipped for slow subscribers',
    'broker',
    'messagesNotForwarded',
  ],
  ['lantern_mqtt_refusals_total', 'Sign-ins, topics and packets refused', 'broker', 'refusals'],
  ['lantern_journal_bytes', 'Bytes kept in the journal', 'journal', 'bytes'],
  ['lantern_journal_limit_bytes', 'Size at which nothing more is acknowledged', 'journal', 'limitBytes'],
  ['lantern_ingest_lag_seconds', 'Age of the oldest message not stored yet', 'ingest', 'lagMs', 0.001],
  ['lantern_ingest_restarts_total', 'How often the worker had to be started again', 'ingest', 'restarts'],
  ['lantern_ingest_readings_stored', 'Readings stored since the worker started', 'ingest', 'readingsStored'],
  ['lantern_ingest_duplicates', 'Repeated readings since the worker started', 'ingest', 'duplicates'],
  ['lantern_ingest_rejections', 'Rejections since the worker started', 'ingest', 'rejections'],
  [
    'lantern_telemetry_failures',
    'How often the telemetry store refused or did not answer since the worker started',
    'telemetry',
    'failures',
  ],
  [
    'lantern_telemetry_away_seconds',
    'For how long it has been refusing or away; 0: it takes readings',
    'telemetry',
    'awayMs',
    0.001,
  ],
  ['lantern_deliveries_sent', 'Deliveries sent since the alerts process started', 'alerts', 'sent'],
  [
    'lantern_deliveries_failed_attempts',
    'Attempts that failed since the alerts process started',
    'alerts',
    'failedAttempts',
  ],
  ['lantern_deliveries_queued', 'Deliveries that wait', 'alerts', 'queued'],
  ['lantern_deliveries_dead', 'Deliveries that were given up and are kept', 'alerts', 'dead'],
  ['lantern_subscribers_resting', 'Subscribers that cannot be reached now', 'alerts', 'resting'],
  ['lantern_alerts_restarts_total', 'How often the alerts process was started again', 'alerts', 'restarts'],
  ['lantern_registry_places', 'Public places', 'registry', 'places'],
  ['lantern_registry_devices', 'Devices', 'registry', 'devices'],
]

/** `components` gives what each part says of itself now, `openAlerts` how many alerts are open and stand for themselves. */
export function createMetrics(
  components: () => ComponentHealth[],
  openAlerts: () => Record<Severity, number>,
): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const figure = (part: Component, name: string) =>
    components().find((component) => component.name === part)?.figures[name] ?? 0

  for (const [name, help, part, source, factor = 1] of metrics) {
    const options = { name, help, registers: [] }
    const value = () => figure(part, source) * factor
    registry.registerMetric(
      name.endsWith('_total')
        ? new Counter({
            ...options,
            collect() {
              this.reset()
              this.inc(value())
            },
          })
        : new Gauge({
            ...options,
            collect() {
              this.set(value())
            },
          }),
    )
  }
  registry.registerMetric(
    new Gauge({
      name: 'lantern_component_ok',
      help: '1 while the part is well, 0 while it is not',
      labelNames: ['component'],
      registers: [],
      collect() {
        for (const { name, ok } of components()) this.set({ component: name }, ok ? 1 : 0)
      },
    }),
  )
  registry.registerMetric(
    new Gauge({
      name: 'lantern_alerts_open',
      help: 'Alerts that are open, and neither shelved nor stood for by another',
      labelNames: ['severity'],
      registers: [],
      collect() {
        for (const [severity, count] of Object.entries(openAlerts())) this.set({ severity }, count)
      },
    }),
  )
  return registry
}
