/**
 * What the worker tells the main process five times a second: how far it is (so that the journal can be
 * trimmed), and its figures for health and metrics.
 */
import { z } from 'zod'

export const progressSchema = z.object({
  /** Newest journal position that each store has committed. */
  telemetryPosition: z.number(),
  statePosition: z.number(),
  /** Since the worker's start. */
  readingsStored: z.number(),
  batchesStored: z.number(),
  duplicates: z.number(),
  rejections: z.number(),
  /** When the broker took the newest message that is stored, epoch ms; 0: none yet. */
  lastReceivedAt: z.number(),
  /** What a store says while it refuses. */
  failure: z.string().nullable(),
  /** How often a store refused or did not answer, since the worker's start. */
  failures: z.number(),
  /** Time spent in each stage, s. */
  stageSeconds: z.record(z.string(), z.number()),
})
export type Progress = z.infer<typeof progressSchema>

export function newProgress(): Progress {
  return {
    telemetryPosition: 0,
    statePosition: 0,
    readingsStored: 0,
    batchesStored: 0,
    duplicates: 0,
    rejections: 0,
    lastReceivedAt: 0,
    failure: null,
    failures: 0,
    stageSeconds: {},
  }
}

/** From the worker: ready (with its positions), or how far it is. */
export const workerMessage = z.object({ type: z.enum(['ready', 'progress']), progress: progressSchema })
export type WorkerMessage = z.infer<typeof workerMessage>

/** To the worker. */
export const stopMessage = z.object({ type: z.literal('stop') })
