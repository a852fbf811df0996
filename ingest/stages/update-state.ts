/**
 * Stage 4: what is known of each device now. Held in memory and written to the registry about once a second,
 * with the rejections and the journal position in one transaction, so that a crash repeats and never doubles. It comes
 * before the telemetry store: what is repeated or late is no newer, and whoever is to be told waits for no store.
 */
import type { DeviceState } from '../../model/coverage.ts'
import { kindOf } from '../../model/kinds.ts'
import type { Reading } from '../../model/reading.ts'
import type { RejectionEvent } from '../../model/rejection.ts'
import type { Registry } from '../../stores/registry/port.ts'
import type { Batch, Stage } from '../batch.ts'
import type { Findings, Follower, MakeFollower } from '../follower.ts'

/** How many rows are collected before they are written without waiting for the second to end. */
const maxPending = 10_000

export interface DeviceStates extends Stage {
  /** Keeps what the telemetry store has refused, too. */
  takeRejections(batch: Batch): void
  /** Writes what has changed since the last time; `all`: at the end, everything that the follower remembers too. */
  flush(all?: boolean): Promise<void>
  /** Whether so much has changed, or something that somebody waits for, that it should be written now. */
  full(): boolean
  /** Looks at each reading after its state is known. */
  readonly follower: Follower
  /** The journal position that the registry has. */
  position(): number
  /** What is known of a device now, by its serial. */
  state(serial: number): DeviceState | undefined
}

export async function createDeviceStates(options: {
  registry: Pick<Registry, 'applyState' | 'keepAlerts' | 'statePosition' | 'statesSince'>
  follow: MakeFollower
}): Promise<DeviceStates> {
  const { registry, follow } = options
  const states = new Map<number, DeviceState>()
  for (let version = 0; ; ) {
    const page = await registry.statesSince(version, 2000)
    if (page.states.length === 0) break
    for (const state of page.states) states.set(state.serial, state)
    version = page.version
  }
  let written = await registry.statePosition()
  let reached = written
  const changed = new Set<number>()
  const statuses = new Map<number, string>()
  const rejections = new Map<string, RejectionEvent>()
  const follower = await follow(states.values())
  /** What the follower has found and the registry has not taken yet. */
  let findings: Findings | undefined

  function takeReading(reading: Reading): void {
    // It judges by itself what is late.
    follower.take(reading)
    const { serial, kind, observedAt, receivedAt, values } = reading
    const before = states.get(serial)
    if (before?.observedAt && before.observedAt >= observedAt) return
    states.set(serial, {
      serial,
      heardAt: Math.min(observedAt, receivedAt),
      observedAt,
      receivedAt,
      faults: kindOf(kind).faultsOf(values),
      values,
      online: before?.online ?? null,
      onlineChangedAt: before?.onlineChangedAt ?? null,
    })
    changed.add(serial)
  }

  function takeStatuses(batch: Batch): void {
    for (const { device, online, payload, message } of batch.statuses) {
      if (!device) continue
      const { serial } = device
      const before = states.get(serial)
      statuses.set(serial, payload)
      changed.add(serial)
      const onlineChangedAt = before?.online === online ? before.onlineChangedAt : message.receivedAt
      states.set(serial, { ...(before ?? neverHeard(serial)), online, onlineChangedAt })
    }
  }

  function takeRejections(batch: Batch): void {
    for (const [key, event] of batch.rejections)
      rejections.set(key, { ...event, count: (rejections.get(key)?.count ?? 0) + event.count })
  }

  return {
    name: 'update-state',
    run(batch) {
      reached = batch.position
      if (batch.alreadyCounted) return
      for (const reading of batch.readings) takeReading(reading)
      takeStatuses(batch)
      takeRejections(batch)
    },
    takeRejections,
    follower,
    async flush(all = false) {
      findings = merged(findings, follower.drain(all))
      if (reached <= written) {
        if (findings) await registry.keepAlerts(findings)
        findings = undefined
        return
      }
      const position = reached
      const change = {
        position,
        states: [...changed].flatMap((serial) => states.get(serial) ?? []),
        statuses: [...statuses].map(([serial, payload]) => ({ serial, payload })),
        rejections: [...rejections.values()],
        ...(findings && { alerts: findings }),
      }
      await registry.applyState(change)
      findings = undefined
      written = position
      changed.clear()
      statuses.clear()
      rejections.clear()
    },
    full: () => follower.waiting() || changed.size + rejections.size >= maxPending,
    position: () => written,
    state: (serial) => states.get(serial),
  }
}

/** Undefined: nothing. */
function merged(before: Findings | undefined, { changes, memories, now }: Findings): Findings | undefined {
  if (changes.length === 0 && memories.length === 0) return before
  return {
    changes: [...(before?.changes ?? []), ...changes],
    memories: [...(before?.memories ?? []), ...memories],
    now,
  }
}

function neverHeard(serial: number): DeviceState {
  return {
    serial,
    heardAt: null,
    observedAt: null,
    receivedAt: null,
    faults: [],
    values: {},
    online: null,
    onlineChangedAt: null,
  }
}
