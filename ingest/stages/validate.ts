/**
 * Stage 3: from objects to readings, by the schema of the device's kind. A field that the kind does not
 * know is noted and left out; anything else that is wrong makes the reading a rejection that names it.
 */
import { messageOf } from '../../model/errors.ts'
import { kinds } from '../../model/kinds.ts'
import { day, formatTime, futureLimit, lateLimit, parseTime } from '../../model/time.ts'
import { type Batch, type Candidate, reject, type Stage } from '../batch.ts'

const checks = new Map(
  kinds.map((kind) => [
    kind.name,
    { kind, known: new Set(['observedAt', ...kind.fields.map((field) => field.name)]) },
  ]),
)

/** @param retentionDays readings older than this would be removed at once, so they are refused with the reason */
export function createValidate(options: { retentionDays: number }): Stage {
  const oldest = Math.min(lateLimit, options.retentionDays * day)
  return {
    name: 'validate',
    run(batch) {
      for (const candidate of batch.candidates)
        try {
          validateOne(batch, candidate, oldest)
        } catch (error) {
          // A mistake of ours over one message must not stop all those behind it, now and after each restart.
          const { deviceId, message } = candidate
          const detail = messageOf(error)
          reject(batch, {
            device: deviceId,
            reason: 'unreadable',
            detail,
            sample: message.payload,
            at: message.receivedAt,
          })
        }
    },
  }
}

function validateOne(batch: Batch, candidate: Candidate, oldest: number): void {
  const { device, value, message } = candidate
  const check = device && checks.get(device.kind)
  if (!check) return
  const { receivedAt } = message
  const refuse = (reason: Parameters<typeof reject>[1]['reason'], detail: string) =>
    reject(batch, { device: device.id, reason, detail, sample: value, at: receivedAt })

  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse(
      'not-a-reading',
      `a reading is an object, not ${value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value}`,
    )
  const observedAt = 'observedAt' in value ? toMoment(value.observedAt) : Number.NaN
  if (Number.isNaN(observedAt))
    return refuse(
      'invalid-time',
      `observedAt is ${'observedAt' in value ? shown(value.observedAt) : 'missing'}`,
    )
  if (observedAt > receivedAt + futureLimit)
    return refuse(
      'time-in-future',
      `observedAt ${formatTime(observedAt)} is after the arrival at ${formatTime(receivedAt)}`,
    )
  if (observedAt < receivedAt - oldest)
    return refuse(
      'time-too-old',
      `observedAt ${formatTime(observedAt)} is more than ${oldest / day} days before the arrival`,
    )

  const parsed = check.kind.schema.safeParse(value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    return refuse(
      'invalid-field',
      `${issue?.path.join('.') || 'the reading'}: ${issue?.message ?? 'is wrong'}`,
    )
  }
  for (const name in value)
    if (!check.known.has(name)) {
      refuse('unknown-field', `${name.slice(0, 100)} is not a field of a ${device.kind}; the rest was kept`)
      break
    }
  batch.readings.push({
    kind: device.kind,
    serial: device.serial,
    observedAt,
    receivedAt,
    values: parsed.data,
  })
}

/** What stands in place of a moment; of any depth, so it is not written out. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' && value !== null ? 'an object' : JSON.stringify(value)
}

/** Epoch ms, or NaN where it is not a moment. */
function toMoment(value: unknown): number {
  if (typeof value === 'string') return parseTime(value)
  return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= 8.64e15
    ? value
    : Number.NaN
}
