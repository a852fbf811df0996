/** Registering devices: a token for each, kept only as its hash, and faults that name what was really sent. */
import { hashSecret, newSecret } from '../../model/access.ts'
import type { Device, DeviceInput } from '../../model/device.ts'
import { LanternError } from '../../model/errors.ts'
import type { ApiDependencies } from '../dependencies.ts'

export const maxDevices = 1000

/** All or none. Raises what the registry's `addDevices` raises. */
export async function registerDevices(
  api: Pick<ApiDependencies, 'registry' | 'view' | 'clock'>,
  sent: DeviceInput | { devices: readonly DeviceInput[] },
): Promise<{ device: Device; token: string }[]> {
  const single = !('devices' in sent)
  const made = (single ? [sent] : sent.devices).map((input) => ({ input, token: newSecret() }))
  try {
    const devices = await api.registry.addDevices(
      made.map(({ input, token }) => ({ input, tokenHash: hashSecret(token) })),
      api.clock(),
    )
    await api.view.refresh()
    const byId = new Map(devices.map((device) => [device.id, device]))
    return made.flatMap(({ input, token }) => {
      const device = byId.get(input.id)
      return device ? [{ device, token }] : []
    })
  } catch (thrown) {
    throw single ? ofTheOnly(thrown, 'devices[0].') : thrown
  }
}

/** The same error, its faults named as in a body that holds the one item alone. */
export function ofTheOnly(thrown: unknown, prefix: string): unknown {
  if (!(thrown instanceof LanternError)) return thrown
  const named = (text: string) => (text.startsWith(prefix) ? text.slice(prefix.length) : text)
  return new LanternError(thrown.code, named(thrown.message), {
    cause: thrown,
    faults: thrown.faults.map(({ field, message }) => ({ field: named(field), message })),
  })
}
