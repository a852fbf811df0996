/**
 * What the parts of the registry contract share: the registry under test, and what they do with it.
 */
import { LanternError } from '../../../model/errors.ts'
import type { RejectionEvent } from '../../../model/rejection.ts'
import type { Registry } from '../../../stores/registry/port.ts'
import { area, place } from '../../registry-examples.ts'

/** The registry of one test: started, empty, and removed after it. */
export interface RegistrySubject {
  readonly registry: Registry
  /** Another handle on the same registry, not started. */
  open(): Registry
  /** Stops the registry and goes on with another handle on it. */
  reopen(): Promise<void>
}

export const rejected = (
  device: string | null,
  at: number,
  more: Partial<RejectionEvent> = {},
): RejectionEvent => ({
  device,
  reason: 'not-json',
  detail: `detail at ${at}`,
  sample: `sample at ${at}`,
  at,
  count: 1,
  ...more,
})

export const smallCity = {
  areas: [area('d1', 'top'), area('top', null, 'province'), area('d2', 'top')],
  places: [place('p1', 'd1'), place('p2', 'd2')],
}

/** What it raised; fails where it did not. */
export async function raised(doing: Promise<unknown>): Promise<{ code: string; fields: string[] }> {
  const error = await doing.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof LanternError)) throw new Error(`expected a LanternError, got ${String(error)}`)
  return { code: error.code, fields: error.faults.map(({ field }) => field) }
}
