/**
 * What the simulator asks of Lantern's HTTP API, as any tool would: the city, its devices, their tokens. It
 * waits with back-off for an API that is not there yet. Called by main.ts.
 */
import { setTimeout as wait } from 'node:timers/promises'
import axios, { type AxiosRequestConfig, isAxiosError } from 'axios'
import { z } from 'zod'
import { type DeviceInput, deviceStatuses } from '../model/device.ts'
import { identifier } from '../model/identifier.ts'
import { kindNames } from '../model/kinds.ts'
import { place } from '../model/place.ts'
import { minute, second } from '../model/time.ts'

/** As many items as one request may ask for or carry. */
const pageSize = 1000

const knownDevice = z.object({
  id: identifier,
  kind: z.enum(kindNames),
  place: identifier,
  status: z.enum(deviceStatuses),
  reportingIntervalSeconds: z.number().positive(),
})
export type KnownDevice = z.output<typeof knownDevice>

const areaParent = z.object({ code: z.string(), parent: z.string().nullable() })
const withToken = z.object({ id: z.string(), token: z.string() })
const problem = z.object({
  title: z.string().optional(),
  detail: z.string().optional(),
  remedy: z.string().optional(),
})

export interface Api {
  areas(): Promise<z.output<typeof areaParent>[]>
  places(): Promise<z.output<typeof place>[]>
  /** Every device that a simulator speaks for. */
  simulatedDevices(): Promise<KnownDevice[]>
  /** Signs devices up and returns their tokens by id. */
  signUp(devices: readonly DeviceInput[]): Promise<Map<string, string>>
  /** Replaces tokens and returns the new ones by id. */
  rotateTokens(ids: readonly string[]): Promise<Map<string, string>>
}

/**
 * The API at an address. Every call waits up to `patience` ms for an answer from a server that is away or
 * starting; a refusal (4xx) raises an Error with what the server said.
 */
export function createApi(options: {
  url: string
  key: string | undefined
  signal: AbortSignal
  patience?: number
}): Api {
  const { url, key, signal, patience = 5 * minute } = options
  const http = axios.create({
    baseURL: url,
    timeout: 30 * second,
    maxContentLength: 64 * 1024 * 1024,
    proxy: false,
    signal,
    headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
  })

  async function call<T>(schema: z.ZodType<T>, request: AxiosRequestConfig): Promise<T> {
    const until = Date.now() + patience
    for (let pause = 200; ; pause = Math.min(pause * 2, 5 * second)) {
      try {
        const { data } = await http.request<unknown>(request)
        const parsed = schema.safeParse(data)
        if (parsed.success) return parsed.data
        throw new Error(`${url}${request.url} answered in another form: ${z.prettifyError(parsed.error)}`)
      } catch (thrown) {
        if (!mayPass(thrown) || Date.now() + pause > until) throw explained(thrown, request, url)
      }
      await wait(pause, undefined, { signal })
    }
  }

  async function list<T>(schema: z.ZodType<T>, path: string, params: object): Promise<T[]> {
    const page = z.object({ items: z.array(schema), next: z.string().nullable() })
    const all: T[] = []
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const { items, next } = await call(page, { url: path, params: { ...params, limit: pageSize, cursor } })
      all.push(...items)
      cursor = next
    }
    return all
  }

  async function tokens(
    ids: readonly unknown[],
    request: (some: readonly unknown[]) => Promise<z.output<typeof withToken>[]>,
  ) {
    const byId = new Map<string, string>()
    for (let at = 0; at < ids.length; at += pageSize)
      for (const { id, token } of await request(ids.slice(at, at + pageSize))) byId.set(id, token)
    return byId
  }

  return {
    areas: () => list(areaParent, '/v1/areas', {}),
    places: () => list(place, '/v1/places', {}),
    simulatedDevices: () => list(knownDevice, '/v1/devices', { simulated: true }),
    signUp: (inputs) =>
      tokens(inputs, async (devices) => {
        const answer = z.object({ devices: z.array(withToken) })
        return (await call(answer, { method: 'post', url: '/v1/devices', data: { devices } })).devices
      }),
    rotateTokens: (all) =>
      tokens(all, async (ids) => {
        const answer = z.object({ tokens: z.array(withToken) })
        return (await call(answer, { method: 'post', url: '/v1/devices/tokens', data: { ids } })).tokens
      }),
  }
}

/** Whether trying again can help: nobody answered, or the server said that it could not now. */
function mayPass(thrown: unknown): boolean {
  if (!isAxiosError(thrown) || axios.isCancel(thrown)) return false
  const status = thrown.response?.status
  return status === undefined || status === 429 || status >= 502
}

function explained(thrown: unknown, request: AxiosRequestConfig, url: string): unknown {
  if (!isAxiosError(thrown) || axios.isCancel(thrown)) return thrown
  const what = `${(request.method ?? 'get').toUpperCase()} ${url}${request.url}`
  const { status, data } = thrown.response ?? {}
  if (status === undefined) return new Error(`${what}: ${thrown.code ?? thrown.message}`, { cause: thrown })
  const said = problem.safeParse(data)
  const words = said.success ? [said.data.detail ?? said.data.title, said.data.remedy].filter(Boolean) : []
  return new Error(`${what} answered ${status}: ${words.join(' ')}`, { cause: thrown })
}
