/**
 * What a step of the provisioning is: it looks at what a Grafana has and says what is to be done about each thing;
 * doing it is a function in the finding, so that a dry run cannot change anything. Implemented in steps/, run by
 * provision.ts.
 */
import type { Contact } from './contact-point.ts'
import type { InfluxAccess } from './data-source.ts'
import type { Grafana } from './http.ts'
import type { Dashboard } from './read-dashboards.ts'

export interface Finding {
  /** `folder`, `dashboard` …, and its name for people. */
  readonly kind: string
  readonly name: string
  /** What is to be done. `keep`: it differs, and stays as it is. */
  readonly action: 'create' | 'change' | 'keep' | 'none'
  /** What differs or why it is kept, in words. */
  readonly detail: string
  /** Does it; there when the action is create or change. */
  readonly apply?: () => Promise<void>
  /** A look afterwards, also where nothing was to be done: what is well, or a complaint that fails the run. */
  readonly check?: () => Promise<{ readonly well: boolean; readonly words: string }>
}

export interface Wishes {
  readonly folder: string
  readonly influx: { readonly url: string; readonly bucket: string; readonly access: InfluxAccess }
  /** Whom alerts are sent to; undefined: the contact point is left as it is. */
  readonly contact: Contact | undefined
  readonly dashboards: readonly Dashboard[]
  /** Take over what others have changed in Grafana. */
  readonly overwrite: boolean
  /** Write also what looks the same: secrets cannot be compared. */
  readonly renew: boolean
}

export type Step = (options: { grafana: Grafana; wishes: Wishes }) => Promise<Finding[]>

/** Whose a thing is that alerting shows, by its provenance, and what follows. */
export function ownership(
  provenance: string | undefined,
  overwrite: boolean,
): { readonly mayChange: true } | { readonly mayChange: false; readonly why: string } {
  if (provenance === 'api') return { mayChange: true }
  if (!provenance)
    return overwrite
      ? { mayChange: true }
      : { mayChange: false, why: 'changed in Grafana by others; --overwrite makes it as Lantern has it' }
  return {
    mayChange: false,
    why: `Grafana has it from elsewhere ("${provenance}") and lets only that change it`,
  }
}
