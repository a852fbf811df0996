/**
 * Time as Lantern takes it: RFC 3339 or epoch milliseconds in, epoch milliseconds inside, RFC 3339 in
 * UTC out. The clock is passed in wherever time decides, so that a test can move it.
 */
import { z } from 'zod'

/** Tells the present time, in ms since 1970-01-01T00:00:00Z. */
export type Clock = () => number

export const second = 1000
export const minute = 60 * second
export const hour = 60 * minute
export const day = 24 * hour

/** How far before its arrival a reading may have been observed (promise 4 of the design). */
export const lateLimit = 30 * day
/** How far after its arrival a reading may claim to have been observed: a device's clock is never exact. */
export const futureLimit = 5 * minute

// RFC 3339 section 5.6; the time zone is required, a leap second is taken as the second after it.
const rfc3339 =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt ]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/

/** Epoch ms of an RFC 3339 time, or NaN where it is not one (so is 30 February). */
export function parseTime(text: string): number {
  if (text.length > 40 || !rfc3339.test(text)) return Number.NaN
  const dayOfMonth = Number(text.slice(8, 10))
  if (dayOfMonth > 28) {
    const lastDay = new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)), 0)).getUTCDate()
    if (dayOfMonth > lastDay) return Number.NaN
  }
  if (text.slice(17, 19) === '60') return Date.parse(`${text.slice(0, 17)}59${text.slice(19)}`) + second
  return Date.parse(text)
}

/** RFC 3339 in UTC with milliseconds. */
export function formatTime(epochMs: number): string {
  return new Date(epochMs).toISOString()
}

/** The schema of a moment as a device may write it, for the documents; `parseTime` reads it. */
export const moment = z.union([z.iso.datetime({ offset: true }), z.number().int().min(0).max(8.64e15)]).meta({
  id: 'Moment',
  description: 'RFC 3339 with a time zone, or milliseconds since 1970-01-01T00:00:00Z',
})

/** The schema of a moment in an answer. */
export const timestamp = z.iso
  .datetime({ offset: true })
  .meta({ id: 'Timestamp', description: 'RFC 3339 in UTC', examples: ['2026-01-31T17:00:00.000Z'] })

const units = { s: second, m: minute, h: hour, d: day } as const

/** Milliseconds of a duration such as `30s`, `5m`, `1h`, `30d`; NaN where it is not one. */
export function parseDuration(text: string): number {
  const match = /^(\d{1,6})(s|m|h|d)$/.exec(text)
  if (!match) return Number.NaN
  return Number(match[1]) * units[match[2] as keyof typeof units]
}

/** The schema of a duration; its output is ms, at least 1 s. */
export const duration = z
  .string()
  .regex(/^\d{1,6}[smhd]$/, 'a number and one of s, m, h, d, such as 5m')
  .transform(parseDuration)
  .refine((ms) => ms >= second, 'at least 1s')
  .meta({ description: 'A duration: a number and one of s, m, h, d', examples: ['5m'] })

/** The schema of a time zone's name. */
export const timeZone = z.string().refine((name) => {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }))
  } catch {
    return false
  }
}, 'an IANA time zone such as Asia/Ho_Chi_Minh')
