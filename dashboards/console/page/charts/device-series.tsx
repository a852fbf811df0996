/** A device's readings over time. */
import type { KindName } from '../../../../model/kinds.ts'

export function DeviceSeries(_props: { readonly id: string; readonly kind: KindName }) {
  return null
}
