/**
 * The figures of Lantern itself as points: rates are the differences between two looks. What only the main process knows
 * comes over the ingest link.
 */
import { z } from 'zod'
import type { Point } from '../../model/measurements.ts'
import { type RejectionReason, rejectionReasonNames } from '../../model/rejection.ts'
import type { Progress } from '../progress.ts'

/** What the main process tells the worker every few seconds. */
export const doorMessage = z.object({
  type: z.literal('door'),
  figures: z.object({
    connections: z.number(),
    /** Kept in the journal, and its limit, bytes. */
    journalBytes: z.number(),
    journalLimitBytes: z.number(),
    /** Age of the oldest message that is not stored, ms. */
    lagMs: z.number(),
    /** Sign-ins, topics and packets refused since the start, by reason. */
    refusals: z.partialRecord(z.enum(rejectionReasonNames), z.number()),
  }),
})
export type DoorFigures = z.infer<typeof doorMessage>['figures']

/** What the parts say of themselves now. */
export interface Figures {
  readonly progress: Pick<Progress, 'readingsStored' | 'batchesStored' | 'stageSeconds'>
  /** What ingest could not take since its start. */
  readonly rejections: ReadonlyMap<RejectionReason, number>
  /** Undefined while the main process has not spoken. */
  readonly door: DoorFigures | undefined
}

export interface Platform {
  /** The point of now. */
  point(time: number, now: number, figures: Figures): Point<'platform'>
  /** What could not be taken since the last call, by reason; the first call counts since the start. */
  rejections(figures: Figures): Map<RejectionReason, number>
}

export function createPlatform(): Platform {
  let before: { at: number; readings: number; batches: number; seconds: number } | undefined
  let counted = new Map<RejectionReason, number>()

  return {
    point(time, now, { progress, door }) {
      const { readingsStored: readings, batchesStored: batches } = progress
      const seconds = progress.stageSeconds.store ?? 0
      const elapsed = before && (now - before.at) / 1000
      const stores = before && batches - before.batches
      const refusals = Object.values(door?.refusals ?? {}).reduce((sum, count) => sum + count, 0)
      const point: Point<'platform'> = {
        measurement: 'platform',
        tags: {},
        fields: {
          readings_per_second: before && elapsed ? (readings - before.readings) / elapsed : undefined,
          store_latency: before && stores ? (seconds - before.seconds) / stores : undefined,
          lag: door && door.lagMs / 1000,
          journal: door?.journalBytes,
          journal_limit: door?.journalLimitBytes,
          connections: door?.connections,
          refusals: door && refusals,
        },
        time,
      }
      before = { at: now, readings, batches, seconds }
      return point
    },
    rejections({ rejections, door }) {
      const now = new Map<RejectionReason, number>()
      const since = new Map<RejectionReason, number>()
      for (const reason of rejectionReasonNames) {
        const total = (rejections.get(reason) ?? 0) + (door?.refusals[reason] ?? 0)
        now.set(reason, total)
        since.set(reason, Math.max(0, total - (counted.get(reason) ?? 0)))
      }
      counted = now
      return since
    },
  }
}
