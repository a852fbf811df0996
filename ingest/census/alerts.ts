/**
 * Alerts for those who look into the store directly: a point for each step of an alert's life, and each minute how many are
 * open. Follows the history by the numbers of its steps; what was written before a restart is written again, which replaces
 * it. Called by census.ts.
 */
import { type Alert, type AlertStep, severities } from '../../model/alert.ts'
import { levelTags, type Point } from '../../model/measurements.ts'
import { second } from '../../model/time.ts'
import type { WholeCity } from '../../stores/registry/city-view/whole.ts'
import type { Registry } from '../../stores/registry/port.ts'
import type { PointSink } from '../../stores/telemetry/port.ts'
import type { Slices } from './slices.ts'

/** Steps, and open alerts, that are read and written at once. */
const pageSize = 500
/** Steps that are written again at the start: more than can have been left over, little enough for a few seconds. */
export const writtenAgain = 10_000

export type AlertHistory = Pick<Registry, 'alertSteps' | 'alert' | 'alerts'> & {
  versions(): Promise<{ readonly alerts: number }>
}

type Areas = WholeCity['areas']

export interface AlertPoints {
  /**
   * Writes the steps since the last time. Rejects with the sink's or the registry's error, and goes on there the next time;
   * resolves with the store's words for points that it refused.
   */
  writeSteps(areas: Areas, slices: Slices): Promise<string[]>
  /** Writes how many alerts stand for themselves now, of every area and severity, at a moment (epoch ms). */
  writeOpen(areas: Areas, at: number, slices: Slices): Promise<string[]>
}

export function createAlertPoints(options: { history: AlertHistory; points: PointSink }): AlertPoints {
  const { history, points } = options
  /** The number of the last step that is written; undefined: at the start. */
  let written: number | undefined

  async function alertsOf(steps: readonly AlertStep[]): Promise<Map<number, Alert>> {
    const alerts = new Map<number, Alert>()
    for (const id of new Set(steps.map(({ alert }) => alert))) {
      const alert = await history.alert(id)
      if (alert) alerts.set(id, alert)
    }
    return alerts
  }

  return {
    async writeSteps(areas, slices) {
      const { alerts: newest } = await history.versions()
      const words: string[] = []
      let after = written ?? Math.max(0, newest - writtenAgain)
      const named = new Map(areas.map((area) => [area.code, area]))
      while (after < newest) {
        const steps = await history.alertSteps({ after, limit: pageSize })
        const alerts = await alertsOf(steps)
        const made = steps.flatMap((step) => {
          const alert = alerts.get(step.alert)
          return alert ? [stepPoint(alert, step, named)] : []
        })
        if (made.length > 0) words.push(...(await points.write(made)).slice(0, 1))
        after = steps.length < pageSize ? newest : (steps.at(-1)?.id ?? newest)
        written = after
        if (slices.isOver()) await slices.rest()
      }
      written = after
      return words
    },

    async writeOpen(areas, at, slices) {
      const counts = new Map(areas.map(({ code }) => [code, severities.map(() => ({ open: 0, waiting: 0 }))]))
      for (let before: number | undefined; ; ) {
        const page = await history.alerts({ limit: pageSize, before, states: ['open', 'acknowledged'] })
        for (const { areas: codes, severity, state } of page.items)
          for (const code of new Set(codes)) {
            const count = counts.get(code)?.[severities.indexOf(severity)]
            if (!count) continue
            count.open++
            if (state === 'open') count.waiting++
          }
        if (page.next === null) break
        before = page.next
        await slices.rest()
      }
      const made = areas.flatMap(({ code, level, name }) =>
        severities.map((severity, index): Point<'alert_open'> => {
          const { open, waiting } = counts.get(code)?.[index] ?? { open: 0, waiting: 0 }
          const tags = { area: code, level, name, severity }
          return {
            measurement: 'alert_open',
            tags,
            fields: { open, unacknowledged: waiting },
            time: at,
          }
        }),
      )
      return points.write(made)
    },
  }
}

function stepPoint(
  alert: Alert,
  { step, at, severity }: AlertStep,
  areas: ReadonlyMap<string, Areas[number]>,
): Point<'alert'> {
  const took = (word: AlertStep['step']) => (step === word ? (at - alert.openedAt) / second : undefined)
  return {
    measurement: 'alert',
    tags: {
      ...levelTags(alert.areas.flatMap((code) => areas.get(code) ?? [])),
      ...{ severity, rule: alert.rule, subject: alert.subject, step },
    },
    fields: {
      alert: String(alert.id),
      title: alert.title,
      seconds_to_acknowledge: took('acknowledged'),
      seconds_to_clear: took('cleared'),
    },
    time: at,
  }
}
