/**
 * The form of every list that the API answers: its items, and the cursor of those that follow. Used by the
 * routes, which make it, and by the console, which reads it.
 */
import { z } from 'zod'

export function listOf<Item extends z.ZodType>(item: Item, id: string) {
  return z
    .object({
      items: z.array(item),
      next: z
        .string()
        .nullable()
        .meta({ description: 'The cursor of the items that follow; null: these were the last' }),
    })
    .meta({ id })
}
