/**
 * Compares what Lantern wants with what Grafana has. Called by each step of the provisioning, because "unchanged" and
 * "changed: these fields" both come from here.
 */

/** What Grafana shows in place of a secret that it keeps: it may be the same one, and cannot be told. */
const hidden = '[REDACTED]'

/**
 * The paths at which `present` is not what `wanted` says. What `present` has besides (defaults, ids, times) is no
 * difference, and neither is a hidden secret.
 */
export function differences(wanted: unknown, present: unknown, path = ''): string[] {
  if (present === hidden && wanted !== undefined) return []
  if (Array.isArray(wanted))
    return Array.isArray(present) && present.length === wanted.length
      ? wanted.flatMap((item, index) => differences(item, present[index], `${path}[${index}]`))
      : [path]
  if (isObject(wanted))
    return isObject(present)
      ? Object.entries(wanted).flatMap(([key, value]) =>
          differences(value, present[key], path === '' ? key : `${path}.${key}`),
        )
      : [path]
  return Object.is(wanted, present) ? [] : [path]
}

/** A list of paths for a person: the first few, and how many more. */
export function inWords(paths: readonly string[], most = 4): string {
  const more = paths.length - most
  return paths.slice(0, most).join(', ') + (more > 0 ? ` and ${more} more` : '')
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
