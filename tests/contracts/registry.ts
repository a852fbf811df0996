/**
 * What every driver of the registry port must do, whatever it is built on. Each driver's test calls this
 * with a way to open one registry again and again; the parts are in registry/.
 */
import { afterEach, beforeEach, describe } from 'vitest'
import type { Registry } from '../../stores/registry/port.ts'
import { accessContract } from './registry/access.ts'
import { alertsContract } from './registry/alerts.ts'
import { alertDeliveriesContract } from './registry/alerts-deliveries.ts'
import { alertListsContract } from './registry/alerts-lists.ts'
import { randomAlertsContract } from './registry/alerts-random.ts'
import { alertSettingsContract } from './registry/alerts-settings.ts'
import { cityContract } from './registry/city.ts'
import { devicesContract } from './registry/devices.ts'
import { lifeContract } from './registry/life.ts'
import { rejectionsContract } from './registry/rejections.ts'
import { sessionsContract } from './registry/sessions.ts'
import { statesContract } from './registry/states.ts'

export interface RegistryUnderTest {
  /** Another handle on the same registry, not started. */
  open(): Registry
  /** Removes everything of it. */
  remove(): Promise<void>
}

export function registryContract(driver: string, prepare: () => Promise<RegistryUnderTest>): void {
  describe(`the registry contract: ${driver}`, () => {
    let prepared: RegistryUnderTest
    let registry: Registry

    beforeEach(async () => {
      prepared = await prepare()
      registry = prepared.open()
      await registry.start()
    })
    afterEach(async () => {
      await registry.stop()
      await prepared.remove()
    })

    const subject = {
      get registry() {
        return registry
      },
      open: () => prepared.open(),
      async reopen() {
        await registry.stop()
        registry = prepared.open()
        await registry.start()
      },
    }
    lifeContract(subject)
    cityContract(subject)
    devicesContract(subject)
    accessContract(subject)
    sessionsContract(subject)
    statesContract(subject)
    rejectionsContract(subject)
    alertsContract(subject)
    alertListsContract(subject)
    alertDeliveriesContract(subject)
    alertSettingsContract(subject)
    randomAlertsContract(subject)
  })
}
