/**
 * Identifiers: what the names of devices, places, areas and types may look like. They stand in topics,
 * addresses and file names, so they are narrow on purpose.
 */
import { z } from 'zod'

/** 1 to 64 of A–Z a–z 0–9 . _ - and no dot first: safe as one level of an MQTT topic or a URL path. */
export const identifierPattern = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$/

export const identifier = z
  .string()
  .regex(identifierPattern, '1 to 64 of the characters A–Z a–z 0–9 . _ -, not beginning with a dot')

/** A word that names a type or a level: lower case, digits and hyphens, such as `industrial-zone`. */
export const slug = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'lower-case letters, digits and hyphens, at most 40, a letter first')

/** A name for people, in any language. */
export const displayName = z.string().trim().min(1).max(200)

export const longitude = z.number().min(-180).max(180).meta({ description: 'WGS 84 degrees east' })
export const latitude = z.number().min(-90).max(90).meta({ description: 'WGS 84 degrees north' })
