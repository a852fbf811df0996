/**
 * Cursors: where a list goes on. To a caller they are opaque; inside they are the list's name and the key
 * after which it goes on, checked again when they come back.
 */
import { z } from 'zod'
import { LanternError } from '../../model/errors.ts'

export interface Cursors<Key> {
  write(after: Key): string
  /** Raises `invalid-cursor` for anything that `write` of the same list did not make. */
  read(cursor: string | undefined): Key | undefined
}

/** The cursors of one list; `key` is the schema of the key it goes on after. */
export function cursorsOf<Key>(list: string, key: z.ZodType<Key>): Cursors<Key> {
  const form = z.strictObject({ list: z.literal(list), after: key })
  return {
    write: (after) => Buffer.from(JSON.stringify({ list, after })).toString('base64url'),
    read(cursor) {
      if (cursor === undefined) return undefined
      const parsed = form.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString('utf8')))
      if (!parsed.success)
        throw new LanternError('invalid-cursor', `This cursor is not of the list of ${list}.`, {
          faults: [{ field: 'cursor', message: 'expected the "next" of an earlier answer, unchanged' }],
        })
      return parsed.data.after
    },
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
