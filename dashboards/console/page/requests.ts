/**
 * How the page asks Lantern: over HTTP as any other client, each answer checked by the schema that made it. Nothing is
 * asked for longer than a limit; an answer that is an error carries the server's own words and remedy.
 */
import type { z } from 'zod'

const longestWait = 20_000

/** What went wrong with a request. `status` 0: Lantern could not be reached, or did not answer in time. */
export class RequestError extends Error {
  readonly status: number
  readonly remedy: string | undefined

  constructor(status: number, message: string, remedy?: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'RequestError'
    this.status = status
    this.remedy = remedy
  }
}

type Query = Readonly<Record<string, string | number | boolean | undefined>>

/** The address of a route with its query; what is undefined is left out. */
export function routeOf(path: string, query: Query = {}): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  )
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`
}

export interface Requests {
  /** GET; raises `RequestError`, or the signal's reason when it was called off. */
  get<T>(route: string, schema: z.ZodType<T>, signal?: AbortSignal): Promise<T>
  send<T>(method: 'POST' | 'DELETE', route: string, schema: z.ZodType<T>, body?: object): Promise<T>
}

/** What the store hears of each answer. `status` 0: there was none. `date`: the header of that name. */
export interface HeardAnswer {
  readonly status: number
  readonly date: string | null
  readonly route: string
}

export function createRequests(options: { onAnswer(answer: HeardAnswer): void }): Requests {
  const { onAnswer } = options

  async function ask<T>(
    route: string,
    init: RequestInit,
    schema: z.ZodType<T>,
    accepted: (status: number) => boolean,
  ) {
    const { signal, ...rest } = init
    const limit = AbortSignal.timeout(longestWait)
    const response = await fetch(route, {
      ...rest,
      credentials: 'same-origin',
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    }).catch((cause: unknown) => {
      if (signal?.aborted) throw signal.reason
      onAnswer({ status: 0, date: null, route })
      throw new RequestError(0, cause instanceof Error ? cause.message : String(cause), undefined, cause)
    })
    onAnswer({ status: response.status, date: response.headers.get('date'), route })
    const content: unknown = await response.json().catch((cause: unknown) => {
      if (signal?.aborted) throw signal.reason
      throw new RequestError(response.status, `${response.status} without JSON`, undefined, cause)
    })
    if (!accepted(response.status)) throw problemOf(response.status, content)
    const parsed = schema.safeParse(content)
    if (parsed.success) return parsed.data
    throw new RequestError(response.status, `${route}: ${parsed.error.message}`)
  }

  const isGood = (status: number) => status >= 200 && status < 300
  return {
    get: (route, schema, signal) =>
      // /readyz answers 503 with the same form, and the page is to show it.
      ask(
        route,
        signal ? { signal } : {},
        schema,
        (status) => isGood(status) || (status === 503 && route === '/readyz'),
      ),
    send: (method, route, schema, body) =>
      ask(
        route,
        body
          ? { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
          : { method },
        schema,
        isGood,
      ),
  }
}

function problemOf(status: number, content: unknown): RequestError {
  const text = (name: string) => {
    const value = typeof content === 'object' && content !== null ? Reflect.get(content, name) : undefined
    return typeof value === 'string' ? value : undefined
  }
  return new RequestError(status, text('detail') ?? text('title') ?? String(status), text('remedy'))
}
