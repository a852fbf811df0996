/**
 * The alert rules: https://grafana.com/docs/grafana/latest/developers/http_api/alerting_provisioning/#alert-rules. A rule
 * that was made so can be changed in no other way but paused in Grafana, and stays paused. Called by provision.ts.
 */
import { z } from 'zod'
import { type AlertRule, alertRules, ruleBody } from '../alert-rules.ts'
import { differences, inWords } from '../compare.ts'
import type { Grafana } from '../http.ts'
import { contactPointName, folderUid, ruleGroup } from '../names.ts'
import { type Finding, ownership, type Step, type Wishes } from '../step.ts'
import { contactPointsOfName } from './contact-point.ts'

const path = '/api/v1/provisioning/alert-rules'
const storedRule = z.looseObject({
  isPaused: z.boolean().default(false),
  provenance: z.string().optional(),
})

export const alertRulesStep: Step = async ({ grafana, wishes }) => {
  const receiver =
    wishes.contact || (await contactPointsOfName(grafana)).length > 0 ? contactPointName : undefined
  const findings: Finding[] = []
  for (const rule of alertRules(wishes.influx.bucket))
    findings.push(await inspect({ grafana, wishes, rule, receiver }))
  return findings
}

async function inspect(options: {
  grafana: Grafana
  wishes: Wishes
  rule: AlertRule
  receiver: string | undefined
}): Promise<Finding> {
  const { grafana, wishes, rule, receiver } = options
  const about = { kind: 'alert rule', name: rule.title }
  const what = `alert rule "${rule.title}"`
  const present = await grafana.find(what, `${path}/${rule.uid}`, storedRule)
  const isPaused = present?.isPaused ?? false
  const wanted = { ...ruleBody(rule, receiver), folderUID: folderUid, ruleGroup, isPaused }
  const detail = receiver ? '' : 'sent as your notification policies say'
  if (!present) {
    const apply = () => grafana.write(what, 'post', path, wanted)
    return { ...about, action: 'create', detail, apply }
  }
  const differing = differences(wanted, present)
  if (differing.length === 0)
    return { ...about, action: 'none', detail: isPaused ? 'it is paused there' : '' }
  const owner = ownership(present.provenance, wishes.overwrite)
  if (!owner.mayChange)
    return { ...about, action: 'keep', detail: `differs in ${inWords(differing)}: ${owner.why}` }
  const apply = () => grafana.write(what, 'put', `${path}/${rule.uid}`, wanted)
  return { ...about, action: 'change', detail: inWords(differing), apply }
}
