/**
 * What every driver of the telemetry port must do, whatever it is built on. Each driver's test calls this with
 * a way to open one store again and again; the parts are in telemetry/.
 */
import { afterEach, beforeEach, describe } from 'vitest'
import type { Telemetry, TelemetryQueries } from '../../stores/telemetry/port.ts'
import { coverageKeepingContract, coverageQueriesContract } from './telemetry/coverage.ts'
import { queriesContract } from './telemetry/queries.ts'
import { rollupsContract } from './telemetry/rollups.ts'
import { storingContract } from './telemetry/storing.ts'
import type { QueriesSubject } from './telemetry/subject.ts'

export { retentionDays, rollupRetentionDays } from './telemetry/subject.ts'

export interface TelemetryUnderTest {
  /** Another handle on the same store, not started. */
  open(): Telemetry
  /** Removes everything of it. */
  remove(): Promise<void>
  /** A server that does not say how much room it takes. */
  readonly tellsNoSize?: boolean
}

/** Holds one started store at a time, new for each test. */
function holdStore(prepare: () => Promise<TelemetryUnderTest>) {
  let prepared: TelemetryUnderTest
  let telemetry: Telemetry

  async function begin(): Promise<void> {
    prepared = await prepare()
    telemetry = prepared.open()
    await telemetry.start()
  }
  async function end(): Promise<void> {
    await telemetry.stop()
    await prepared.remove()
  }
  beforeEach(begin)
  afterEach(end)
  return {
    get telemetry() {
      return telemetry
    },
    get tellsNoSize() {
      return prepared.tellsNoSize ?? false
    },
    async reopen() {
      await telemetry.stop()
      telemetry = prepared.open()
      await telemetry.start()
      return telemetry
    },
    async fresh() {
      await end()
      await begin()
      return telemetry
    },
  }
}

export function telemetryContract(driver: string, prepare: () => Promise<TelemetryUnderTest>): void {
  describe(`the telemetry contract: ${driver}`, () => {
    const subject = holdStore(prepare)
    storingContract(subject)
    rollupsContract(subject)
    coverageKeepingContract(subject)
  })
  telemetryQueriesContract(driver, prepare, (telemetry) => telemetry)
}

/** The part of the contract that a mere asker must keep too; `ask` makes one of a store. */
export function telemetryQueriesContract(
  driver: string,
  prepare: () => Promise<TelemetryUnderTest>,
  ask: (telemetry: Telemetry) => TelemetryQueries,
): void {
  describe(`the contract of telemetry queries: ${driver}`, () => {
    const store = holdStore(prepare)
    const subject: QueriesSubject = {
      get telemetry() {
        return store.telemetry
      },
      get queries() {
        return ask(store.telemetry)
      },
      fresh: () => store.fresh(),
    }
    queriesContract(subject)
    coverageQueriesContract(subject)
  })
}
