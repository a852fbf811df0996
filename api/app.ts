/**
 * The API as one Fastify application: what applies to every request, in order, then the routes, noun by
 * noun. Nothing is opened here: api.ts starts it, and openapi.ts makes its document.
 */
import { randomUUID } from 'node:crypto'
import fastify, { LogController } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { alertActionRoutes } from './alerts/actions.ts'
import { alertQualityRoutes } from './alerts/quality.ts'
import { alertRoutes } from './alerts/routes.ts'
import { alertStreamRoutes } from './alerts/stream.ts'
import { areaRoutes } from './areas/routes.ts'
import { auditRoutes } from './audit/routes.ts'
import { capRoutes } from './cap/routes.ts'
import { cityRoutes } from './city/routes.ts'
import { consoleRoutes } from './console/routes.ts'
import { coverageRoutes } from './coverage/routes.ts'
import { type ApiDependencies, type App, defaultLimits } from './dependencies.ts'
import { readingRoutes } from './devices/readings.ts'
import { deviceRoutes } from './devices/routes.ts'
import { tokenRoutes } from './devices/tokens.ts'
import { healthRoutes } from './health/routes.ts'
import { keyRoutes } from './keys/routes.ts'
import { kindRoutes } from './kinds/routes.ts'
import { openDataRoutes } from './open-data/routes.ts'
import { placeRoutes } from './places/routes.ts'
import { installAccess } from './plugins/access.ts'
import { installCaching } from './plugins/caching.ts'
import { installCompression } from './plugins/compression.ts'
import { documentRoutes, installDocuments } from './plugins/documents.ts'
import { installHeaders } from './plugins/headers.ts'
import { createKeyring } from './plugins/keyring.ts'
import { collectMethods } from './plugins/methods.ts'
import { installObserving } from './plugins/observing.ts'
import { answerClientError, answerFrameworkError, installProblems } from './plugins/problems.ts'
import { installValidation } from './plugins/validation.ts'
import { rejectionRoutes } from './rejections/routes.ts'
import { ruleRoutes } from './rules/routes.ts'
import { createOneTimeCodes, type OneTimeCodes } from './session/one-time.ts'
import { sessionRoutes } from './session/routes.ts'
import { createSessions } from './session/sessions.ts'
import { subscriptionRoutes } from './subscriptions/routes.ts'
import { telemetryRoutes } from './telemetry/routes.ts'

/** How often node looks for requests that are past their time, ms. */
const timeoutCheckMs = 1000

/** `codes`: what one signs in with once; whoever makes them keeps the same. */
export function buildApp(
  api: ApiDependencies,
  codes: OneTimeCodes = createOneTimeCodes({ clock: api.clock }),
): App {
  const limits = { ...defaultLimits, ...api.limits }
  const app: App = fastify({
    loggerInstance: api.logger.child({}),
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request' }),
    genReqId: () => randomUUID(),
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestMs,
    handlerTimeout: limits.answerMs,
    http: {
      connectionsCheckingInterval: Math.min(timeoutCheckMs, limits.requestMs),
      // Node swaps the two limits where that of the headers is the longer one, and by default it is 60 s.
      headersTimeout: limits.requestMs,
      requestTimeout: limits.requestMs,
    },
    // A request that arrives on an open connection while the API stops is still answered.
    return503OnClosing: false,
    frameworkErrors: answerFrameworkError,
    clientErrorHandler: answerClientError,
  }).withTypeProvider<ZodTypeProvider>()
  const registry = () => api.registry
  const keyring = createKeyring({ registry, clock: api.clock })
  const sessions = createSessions({ registry, keyring, lastsMs: limits.sessionMs, clock: api.clock })

  installProblems(app, collectMethods(app))
  installValidation(app)
  installHeaders(app)
  installObserving(app, api)
  installAccess(app, { keyring, sessions, publicUrl: () => api.publicUrl })
  installCaching(app)
  installCompression(app)
  installDocuments(app)

  // In a scope of their own, so that they come after the documents' plugins, which collect the routes.
  app.register((scope, _options, done) => {
    documentRoutes(scope)
    consoleRoutes(scope, api)
    cityRoutes(scope, api)
    coverageRoutes(scope, api)
    areaRoutes(scope, api)
    placeRoutes(scope, api)
    deviceRoutes(scope, api)
    tokenRoutes(scope, api)
    readingRoutes(scope, api)
    openDataRoutes(scope, api)
    kindRoutes(scope)
    telemetryRoutes(scope, api)
    rejectionRoutes(scope, api)
    alertRoutes(scope, api)
    alertActionRoutes(scope, api)
    alertQualityRoutes(scope, api)
    alertStreamRoutes(scope, api)
    ruleRoutes(scope, api)
    subscriptionRoutes(scope, api)
    capRoutes(scope, api)
    auditRoutes(scope, api)
    keyRoutes(scope, api, keyring)
    sessionRoutes(scope, api, { keyring, sessions, codes })
    healthRoutes(scope, api)
    done()
  })
  return app
}
