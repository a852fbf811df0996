/**
 * What every list has in common: `?limit=&cursor=` in, `{items, next}` out.
 */
import { z } from 'zod'
import type { Cursors } from './cursor.ts'

export const maxPageSize = 1000

/** The query of a list: its own filters, how many items, and where to go on. Anything else is an error. */
export function listQuery<Filters extends z.core.$ZodLooseShape>(filters: Filters) {
  return z.strictObject({
    ...filters,
    limit: z.coerce
      .number()
      .int()
      .min(1)
      .max(maxPageSize)
      .default(100)
      .meta({ description: `How many items at most, 1 to ${maxPageSize}` }),
    cursor: z
      .string()
      .max(500)
      .optional()
      .meta({ description: 'The "next" of the answer before, to go on where it ended' }),
  })
}

/** One page of a list that is in memory, ordered by its keys. */
export function pageOf<Item, Key extends string | number>(options: {
  items: readonly Item[]
  keyOf(item: Item): Key
  cursors: Cursors<Key>
  cursor: string | undefined
  limit: number
}): { items: Item[]; next: string | null } {
  const { items, keyOf, cursors, limit } = options
  const after = cursors.read(options.cursor)
  const rest = after === undefined ? items : items.filter((item) => keyOf(item) > after)
  const page = rest.slice(0, limit)
  const last = page.at(-1)
  return { items: page, next: last !== undefined && rest.length > limit ? cursors.write(keyOf(last)) : null }
}
