/**
 * Watches and storms as rows of the memory, `<rule>/<what>/<subject>`: written in the transaction of the journal position,
 * so that a new engine that reads the journal from there goes on as the old one would have.
 */
import { z } from 'zod'
import type { EvidenceValue } from '../../model/alert.ts'
import { readUsual, writeUsual } from './conditions/usual.ts'
import { isAtRest, type Watch } from './watch.ts'

/** `device` and `area`: a watch; `storm`: an area alert that stands for many; `rule`: its fingerprint; `engine`: its own. */
export type MemoryKind = 'device' | 'area' | 'storm' | 'rule' | 'engine'

// No identifier has a slash.
export const memoryKey = (rule: string, kind: MemoryKind, subject: string) => `${rule}/${kind}/${subject}`

export function readKey(key: string): { rule: string; kind: string; subject: string } {
  const [rule = '', kind = '', subject = ''] = key.split('/')
  return { rule, kind, subject }
}

const seen = z.tuple([z.number(), z.string(), z.union([z.number(), z.boolean()])])

const row = z.object({
  since: z.number().optional(),
  raisedAt: z.number().optional(),
  held: z.literal(true).optional(),
  normalSince: z.number().optional(),
  opens: z.array(z.number()).optional(),
  seen: z.array(seen).optional(),
  bits: z.number().int().optional(),
  points: z.array(z.number()).optional(),
  reference: z.number().optional(),
  usual: z.string().optional(),
})

/** Null: there is nothing to remember. */
export function writeWatch(watch: Watch): string | null {
  if (isAtRest(watch)) return null
  // Only what there is: a row is written for each reading of some devices.
  const remembered: z.input<typeof row> = {}
  if (!Number.isNaN(watch.since)) remembered.since = watch.since
  if (watch.raised) remembered.raisedAt = watch.raisedAt
  if (watch.held) remembered.held = true
  if (!Number.isNaN(watch.normalSince)) remembered.normalSince = watch.normalSince
  if (watch.opens.length > 0) remembered.opens = watch.opens
  if (watch.seen.length > 0) remembered.seen = watch.seen.map((it) => [it.observedAt, it.field, it.value])
  if (watch.bits !== 0) remembered.bits = watch.bits
  if (watch.points) remembered.points = watch.points
  if (!Number.isNaN(watch.reference)) remembered.reference = watch.reference
  if (watch.usual) remembered.usual = writeUsual(watch.usual)
  return JSON.stringify(remembered)
}

/** Fills a new watch; false where the row cannot be read, and the watch starts anew. */
export function readWatch(watch: Watch, memory: string): boolean {
  const remembered = parsed(row, memory)
  if (!remembered) return false
  watch.since = remembered.since ?? Number.NaN
  watch.raised = remembered.raisedAt !== undefined
  watch.raisedAt = remembered.raisedAt ?? Number.NaN
  watch.held = remembered.held ?? false
  watch.normalSince = remembered.normalSince ?? Number.NaN
  watch.opens = remembered.opens ?? []
  watch.seen = (remembered.seen ?? []).map(
    ([observedAt, field, value]): EvidenceValue => ({ observedAt, field, value }),
  )
  watch.bits = remembered.bits ?? 0
  watch.points = remembered.points
  watch.reference = remembered.reference ?? Number.NaN
  watch.usual = remembered.usual === undefined ? undefined : readUsual(remembered.usual)
  watch.kept = true
  return true
}

export const stormRow = z.object({
  /** Devices raised at or after this belong to it; when it opened; how many it took (epoch ms, epoch ms, devices). */
  from: z.number(),
  openedAt: z.number(),
  trigger: z.number(),
  toldAt: z.number(),
  told: z.number(),
})
export type StormRow = z.infer<typeof stormRow>

/** What a row says; undefined where it is not one of ours. */
export function parsed<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}
