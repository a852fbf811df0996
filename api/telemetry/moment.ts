/** A moment as it stands in a query: RFC 3339 with a time zone, or ms since 1970; epoch ms inside. */
import { z } from 'zod'
import { parseTime } from '../../model/time.ts'

/** The last moment that RFC 3339 can write. */
const lastMoment = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

export const queryMoment = z
  .string()
  .max(40)
  .transform((text, context) => {
    // A plus sign in a query means a blank, unless it was encoded: `…T00:00:00+07:00` arrives with one.
    const moment = /^\d{1,15}$/.test(text) ? Number(text) : parseTime(text.replace(/ (?=\d\d:\d\d$)/, '+'))
    if (moment >= 0 && moment <= lastMoment) return moment
    context.addIssue({
      code: 'custom',
      message: 'expected RFC 3339 with a time zone, such as 2026-01-31T17:00:00Z, or ms since 1970',
    })
    return z.NEVER
  })
  .meta({
    description: 'RFC 3339 with a time zone, or milliseconds since 1970',
    examples: ['2026-01-31T00:00:00+07:00'],
  })
