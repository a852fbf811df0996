/**
 * How a list is refused as a whole: every fault is found and named first, then one error carries them all.
 */
import { type ErrorCode, type FieldFault, LanternError } from '../../model/errors.ts'

/** The error for a list with these faults (at least one); it says the first and counts the others. */
export function refusal(code: ErrorCode, faults: readonly FieldFault[]): LanternError {
  const first = faults[0] ? `${faults[0].field}: ${faults[0].message}` : code
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : ''
  return new LanternError(code, `${first}${more}; nothing was changed`, { faults })
}

/** The indices of the items that were there before. */
export function repeated(items: readonly string[]): number[] {
  const seen = new Set<string>()
  return items.flatMap((item, index) => {
    if (seen.has(item)) return [index]
    seen.add(item)
    return []
  })
}
