/**
 * How a device is shown: itself, what it last said, what is wrong with it in words. Used by the routes of
 * devices and by the evidence of a place. The serial and the token's hash stay inside.
 */
import type { DeviceWithState, Proof, ShownDevice, ShownValues } from '../../model/answers/devices.ts'
import type { Device } from '../../model/device.ts'
import { faultMeanings, type Values } from '../../model/kind.ts'
import { formatTime } from '../../model/time.ts'
import type { DeviceEvidence } from '../../stores/registry/city-view.ts'

export function showDevice(of: Device): ShownDevice {
  const { id, kind, place, name, status, reportingIntervalSeconds, longitude, latitude, simulated } = of
  const createdAt = formatTime(of.createdAt)
  return {
    id,
    kind,
    place,
    name,
    status,
    reportingIntervalSeconds,
    longitude,
    latitude,
    simulated,
    createdAt,
  }
}

export function showEvidence({ device, state, faults }: DeviceEvidence): DeviceWithState {
  return {
    ...showDevice(device),
    state: {
      ...showHealth({ state, faults }),
      online: state?.online ?? null,
      onlineChangedAt: showTime(state?.onlineChangedAt),
      observedAt: showTime(state?.observedAt),
      receivedAt: showTime(state?.receivedAt),
      values: showValues(state?.values ?? {}),
    },
  }
}

export function showProof({ device, state, faults }: DeviceEvidence): Proof {
  const { id, kind, name, status } = device
  return { id, kind, name, status, ...showHealth({ state, faults }) }
}

function showHealth({ state, faults }: Pick<DeviceEvidence, 'state' | 'faults'>) {
  return {
    healthy: faults.length === 0,
    faults: faults.map((code) => ({ code, meaning: faultMeanings[code] })),
    heardAt: showTime(state?.heardAt),
  }
}

/** Without the fields that the reading did not have. */
export function showValues(of: Values): ShownValues {
  const shown: ShownValues = {}
  for (const [name, value] of Object.entries(of)) if (value !== undefined) shown[name] = value
  return shown
}

function showTime(epochMs: number | null | undefined): string | null {
  return epochMs === null || epochMs === undefined ? null : formatTime(epochMs)
}
