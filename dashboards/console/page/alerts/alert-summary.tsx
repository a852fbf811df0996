/** The open alerts of an area, place or device, in short. */
export function AlertSummary(_props: {
  readonly area?: string
  readonly place?: string
  readonly device?: string
}) {
  return null
}
