/**
 * Asks a running Lantern over HTTP as any caller would, with a key or without. Used by the journeys; every
 * answer has a time limit, and what is read of it is checked.
 */
import { z } from 'zod'

export interface Answer {
  readonly status: number
  readonly body: unknown
}

export interface Asking {
  /** Any request; a `body` is sent as JSON. */
  ask(method: string, path: string, body?: unknown): Promise<Answer>
  /** GET, for an answer that must be 200 and of that form. */
  read<Form extends z.ZodType>(path: string, form: Form): Promise<z.output<Form>>
  /** Every page of a list. */
  readAll<Item extends z.ZodType>(path: string, item: Item): Promise<z.output<Item>[]>
}

export function asking(url: string, key?: string): Asking {
  async function ask(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(new URL(path, url), {
      method,
      headers: {
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      signal: AbortSignal.timeout(15_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: await response.json() }
  }

  async function read<Form extends z.ZodType>(path: string, form: Form): Promise<z.output<Form>> {
    const { status, body } = await ask('GET', path)
    if (status !== 200) throw new Error(`GET ${path} answered ${status}: ${JSON.stringify(body)}`)
    return form.parse(body)
  }

  return {
    ask,
    read,
    async readAll(path, item) {
      const page = z.object({ items: z.array(item), next: z.string().nullable() })
      const items: z.output<typeof item>[] = []
      let cursor: string | null = null
      do {
        const query: string = cursor === null ? '' : `${path.includes('?') ? '&' : '?'}cursor=${cursor}`
        const answer: z.output<typeof page> = await read(`${path}${query}`, page)
        items.push(...answer.items)
        cursor = answer.next
      } while (cursor !== null)
      return items
    },
  }
}

const registered = z.object({ devices: z.array(z.object({ id: z.string(), token: z.string() })) })

/** Registers one device over the API; gives back what it signs in with. */
export async function register(
  operator: Asking,
  device: { id: string; kind: string; place: string; reportingIntervalSeconds?: number },
): Promise<{ id: string; token: string }> {
  const { status, body } = await operator.ask('POST', '/v1/devices', device)
  if (status !== 201) throw new Error(`registering answered ${status}: ${JSON.stringify(body)}`)
  const [made] = registered.parse(body).devices
  if (!made) throw new Error('no device was registered')
  return made
}

const rejection = z.object({
  device: z.string().nullable(),
  reason: z.string(),
  detail: z.string(),
  sample: z.string(),
  count: z.number(),
})

/** Everything in GET /v1/rejections. */
export function rejectionsOf(viewer: Asking): Promise<z.output<typeof rejection>[]> {
  return viewer.readAll('/v1/rejections?limit=1000', rejection)
}

/** A healthy camera's reading. */
export const healthyCamera = {
  recording: true,
  videoLoss: false,
  tampered: false,
  frozen: false,
  fps: 25,
  bitrateKbps: 2048,
  storageUsedShare: 0.4,
}

/** A traffic counter's reading, with so many vehicles. */
export const trafficOf = (intensity: number) => ({
  intensity,
  intervalSeconds: 60,
  averageVehicleSpeed: 31.5,
  occupancy: 0.2,
})
