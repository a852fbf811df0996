/**
 * The contact point: https://grafana.com/docs/grafana/latest/developers/http_api/alerting_provisioning/#contact-points.
 * The notification policies are not touched: writing them replaces the whole tree, which is the user's; the alert rules
 * name their contact point themselves. Called by provision.ts.
 */
import { z } from 'zod'
import { differences, inWords } from '../compare.ts'
import { contactPoint } from '../contact-point.ts'
import type { Grafana } from '../http.ts'
import { contactPointName, contactPointUid } from '../names.ts'
import { ownership, type Step } from '../step.ts'

const path = '/api/v1/provisioning/contact-points'
const contactPoints = z.array(
  z.looseObject({ uid: z.string(), name: z.string(), provenance: z.string().optional() }),
)

export const contactPointStep: Step = async ({ grafana, wishes }) => {
  const { contact, overwrite, renew } = wishes
  if (!contact) return []
  const what = `contact point "${contactPointName}"`
  const about = { kind: 'contact point', name: contactPointName }
  const named = await contactPointsOfName(grafana)
  const wanted = contactPoint(contact)
  const present = named.find(({ uid }) => uid === contactPointUid)
  if (!present && named.length > 0)
    return [{ ...about, action: 'keep', detail: 'one of this name is there already; the alert rules use it' }]
  if (!present) {
    const apply = () => grafana.write(what, 'post', path, wanted)
    return [{ ...about, action: 'create', detail: contact.type, apply }]
  }
  const differing = differences(wanted, present)
  if (differing.length === 0 && !renew) return [{ ...about, action: 'none', detail: '' }]
  const owner = ownership(present.provenance, overwrite)
  if (!owner.mayChange)
    return [{ ...about, action: differing.length === 0 ? 'none' : 'keep', detail: owner.why }]
  const apply = () => grafana.write(what, 'put', `${path}/${contactPointUid}`, wanted)
  return [{ ...about, action: 'change', detail: inWords(differing) || 'written again, as asked', apply }]
}

/** Those of Lantern's name: its own, or one that somebody has made. */
export async function contactPointsOfName(grafana: Grafana) {
  const found = await grafana.find(
    'contact points',
    `${path}?name=${encodeURIComponent(contactPointName)}`,
    contactPoints,
  )
  return (found ?? []).filter(({ name }) => name === contactPointName)
}
