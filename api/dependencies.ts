/**
 * What the API is given, and what each of its routes declares about itself. Routes read the dependencies
 * when a request arrives, never while they are being registered: so the OpenAPI document can be made from
 * the very same routes with no store open.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Registry as Metrics } from 'prom-client'
import type { Role } from '../model/access.ts'
import type { BaseMap } from '../model/answers/city.ts'
import type { ErrorCode } from '../model/errors.ts'
import type { ComponentHealth } from '../model/health.ts'
import { type Clock, hour, second } from '../model/time.ts'
import type { CityView } from '../stores/registry/city-view.ts'
import type { Registry } from '../stores/registry/port.ts'
import type { TelemetryQueries } from '../stores/telemetry/port.ts'
import type { TryRule } from './rules/routes.ts'

/** Every limit of the API; each has a default that suits one city. */
export interface ApiLimits {
  /** The largest request body, bytes. */
  readonly bodyBytes: number
  /** How long a client may take to send its whole request, ms. */
  readonly requestMs: number
  /** How long a request may take to be answered, ms. */
  readonly answerMs: number
  /** How long a request for the console's page waits for it to be built, ms. */
  readonly pageMs: number
  /** How long `stop()` waits for requests under way before it cuts them off, ms. */
  readonly stopMs: number
  /** How many points one answer of telemetry may have. */
  readonly telemetryPoints: number
  /** How long a session of the page lasts, ms. */
  readonly sessionMs: number
  /** How often a stream says that it goes on, and is ended where who listens may not any more, ms. */
  readonly heartbeatMs: number
}

export const defaultLimits: ApiLimits = {
  bodyBytes: 4 * 1024 * 1024,
  requestMs: 30_000,
  answerMs: 30_000,
  pageMs: 20_000,
  stopMs: 5_000,
  telemetryPoints: 50_000,
  sessionMs: 12 * hour,
  // Proxies cut silent connections, most of them after 60 s.
  heartbeatMs: 20 * second,
}

export interface ApiDependencies {
  readonly registry: Registry
  readonly view: CityView
  readonly telemetry: TelemetryQueries
  /** The share of places to be installed, and the day (YYYY-MM-DD) it shall be reached by. */
  readonly goal: { readonly target: number; readonly deadline: string }
  /** The IANA time zone of the city: where its days begin. */
  readonly timeZone: string
  /** The outside map that the console lays under the city; null: none. */
  readonly baseMap: BaseMap | null
  /** The built page, and when it is there: `ready` rejects where it could not be built. */
  readonly console: { readonly folder: string; ready(): Promise<void> }
  /** What a rule would have raised over stored readings. */
  readonly tryRule: TryRule
  /** Where webhooks may go; raises `forbidden` for an address that they may not. */
  checkTarget(url: URL): void
  /** The address under which people reach Lantern; empty: unknown. */
  readonly publicUrl: string
  /** How every part of Lantern is now. */
  readiness(): Promise<ComponentHealth[]>
  readonly metrics: Metrics
  readonly clock: Clock
  readonly logger: FastifyBaseLogger
  readonly limits?: Partial<ApiLimits>
}

/** A Fastify instance whose routes are typed by their zod schemas. */
export type App = FastifyInstance<Server, IncomingMessage, ServerResponse, FastifyBaseLogger, ZodTypeProvider>

/** Who may use a route: anyone, or the holder of a key with at least that role. */
export type Access = 'open' | Role

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may use the route. Every route says it; one below /v1 that does not is refused at the start. */
    access?: Access
    /** What can go wrong beyond what is common to all routes; it is in the OpenAPI document. */
    errors?: readonly ErrorCode[]
    /** For public answers: how long any cache may keep them, in s. They get an ETag and open CORS. */
    publicForSeconds?: number
  }
  interface FastifyRequest {
    /** Who asks, on routes that need a key or a session. */
    caller: {
      readonly key: string
      readonly role: Role
      /** Whether the key or session is good still, for answers without end. */
      holds(): Promise<boolean>
    } | null
  }
}
