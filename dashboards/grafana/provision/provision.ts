/**
 * `npm run grafana -- provision`: one ordered list of steps, each of which looks first and then does what is missing. A
 * second run finds everything as it should be; after a failure in the middle, the next run goes on. Called by command.ts.
 */
import type { Clock } from '../../../model/time.ts'
import { awaitHealth } from './health.ts'
import type { Grafana } from './http.ts'
import type { Finding, Step, Wishes } from './step.ts'
import { alertRulesStep } from './steps/alert-rules.ts'
import { contactPointStep } from './steps/contact-point.ts'
import { dashboardsStep } from './steps/dashboards.ts'
import { dataSourceStep } from './steps/data-source.ts'
import { folderStep } from './steps/folder.ts'

const steps: readonly Step[] = [folderStep, dataSourceStep, dashboardsStep, contactPointStep, alertRulesStep]

const words: Readonly<Record<Finding['action'], { done: string; planned: string }>> = {
  create: { done: 'created', planned: 'would be created' },
  change: { done: 'changed', planned: 'would be changed' },
  keep: { done: 'kept', planned: 'would be kept' },
  none: { done: 'unchanged', planned: 'unchanged' },
}

/**
 * `patience`: how long to wait for a Grafana that is starting, ms. True when all is well; false when something is in
 * place that does not work (said through `err`). Raises a LanternError where Grafana cannot be used or refuses.
 */
export async function provision(options: {
  grafana: Grafana
  wishes: Wishes
  dryRun: boolean
  patience: number
  now: Clock
  out: (line: string) => void
  err: (line: string) => void
}): Promise<boolean> {
  const { grafana, wishes, dryRun, out, err } = options
  const version = await awaitHealth({ ...options, say: out })
  out(`Grafana ${version} at ${grafana.url}${dryRun ? ' (dry run: nothing is changed)' : ''}`)
  const counts = new Map<string, number>()
  let allWell = true
  for (const step of steps)
    for (const finding of await step({ grafana, wishes })) {
      const { kind, name, action, detail } = finding
      if (!dryRun) await finding.apply?.()
      const word = words[action][dryRun ? 'planned' : 'done']
      counts.set(word, (counts.get(word) ?? 0) + 1)
      // In a dry run only what is there already can be looked at.
      const checked = dryRun && action !== 'none' ? undefined : await finding.check?.()
      const more = [detail, checked?.well ? checked.words : ''].filter(Boolean).join('; ')
      out(`${kind.padEnd(13)}  ${name.padEnd(22)}  ${word}${more && `: ${more}`}`)
      if (checked && !checked.well) {
        allWell = false
        err(checked.words)
      }
    }
  out([...counts].map(([word, count]) => `${count} ${word}`).join(', '))
  return allWell
}
