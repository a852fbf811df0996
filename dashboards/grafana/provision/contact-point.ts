/**
 * The contact point as data, once for provisioning/alerting/contact-points.yaml and for the calls over HTTP, with the
 * settings of https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/.
 */
import { contactPointName, contactPointUid } from './names.ts'

export type Contact =
  | { readonly type: 'webhook'; readonly url: string }
  | { readonly type: 'email'; readonly addresses: readonly string[] }

export function contactPoint(contact: Contact) {
  const settings: Record<string, string | boolean> =
    contact.type === 'webhook'
      ? { url: contact.url, httpMethod: 'POST' }
      : { addresses: contact.addresses.join(';'), singleEmail: true }
  return {
    uid: contactPointUid,
    name: contactPointName,
    type: contact.type,
    settings,
    disableResolveMessage: false,
  }
}
