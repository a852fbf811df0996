/**
 * The OpenAPI document without a running Lantern: for docs/openapi.json and for the test that holds it true.
 * It is made from the same application, whose dependencies are then never read.
 */
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { buildApp } from './app.ts'
import type { ApiDependencies } from './dependencies.ts'

/** Opens no store and no port. */
export async function openApiDocument(): Promise<object> {
  const app = buildApp(nothingOpened())
  try {
    await app.ready()
    return app.swagger()
  } finally {
    await app.close()
  }
}

function nothingOpened(): ApiDependencies {
  const absent = (): never => {
    throw new Error('a route reads its dependencies while it is registered')
  }
  return {
    get registry() {
      return absent()
    },
    get view() {
      return absent()
    },
    get telemetry() {
      return absent()
    },
    get goal() {
      return absent()
    },
    get timeZone() {
      return absent()
    },
    get baseMap() {
      return absent()
    },
    get console() {
      return absent()
    },
    get publicUrl() {
      return absent()
    },
    tryRule: absent,
    checkTarget: absent,
    readiness: absent,
    clock: absent,
    metrics: new Registry(),
    logger: pino({ enabled: false }),
  }
}
