/**
 * The connection to one InfluxDB, 1.x or 2.x: which it is, writing lines (with the vendor's client), asking in InfluxQL
 * (answers are streamed, so that a large one needs no large memory), and deleting. Everything above speaks to both alike.
 */
import { InfluxDB, setLogger, type WriteApi } from '@influxdata/influxdb-client'
import { z } from 'zod'
import { LanternError } from '../../../model/errors.ts'
import { formatTime, second } from '../../../model/time.ts'
import { asInfluxError, away, LinesRefused, refusal } from './failures.ts'

export interface ServerOptions {
  readonly url: string
  /** 2.x. */
  readonly org: string
  readonly token: string
  /** 1.x, where the server asks for one. */
  readonly user: string
  readonly password: string
  readonly bucket: string
}

/** Where rows lie: the readings, or everything that is kept for longer. */
export type Shelf = 'raw' | '5m'

export type Cell = string | number | boolean | null

/** Of one series (of one statement) some rows; a series may come in several pieces, one after the other. */
export interface Piece {
  readonly statement: number
  readonly tags: Readonly<Record<string, string>>
  readonly columns: readonly string[]
  readonly values: readonly (readonly Cell[])[]
}

export interface Server {
  /** Asks which version it is. To be called first, and again after the server was away. */
  greet(): Promise<{ major: 1 | 2; version: string }>
  /** Resolves with the server's 204. Raises LinesRefused, PlaceMissing, or `store-unavailable`. */
  write(shelf: Shelf, lines: string[]): Promise<void>
  /** Statements in InfluxQL, times in epoch ms. Each piece is handed on as it comes. */
  query(statements: readonly string[], take: (piece: Piece) => void, signal?: AbortSignal): Promise<void>
  /** Removes what a measurement has before `end` (epoch ms), or from `start` on to before `end`. */
  remove(shelf: Shelf, measurement: string, range: { start?: number; end: number }): Promise<void>
  /** A call of the 2.x management API; `undefined` body: GET. */
  manage(path: string, body?: object): Promise<unknown>
  /** A measurement's full name for FROM. */
  from(shelf: Shelf, measurement: string): string
  /** The retention policy or bucket of a shelf. */
  nameOf(shelf: Shelf): string
}

/** Of a write; InfluxDB answers when the lines are synced to its log. */
const writeTimeoutMs = 30 * second
/** Of a deletion, which may touch every file. */
const removeTimeoutMs = 120 * second

const answer = z.object({
  error: z.string().optional(),
  results: z
    .array(
      z.object({
        statement_id: z.number().default(0),
        error: z.string().optional(),
        partial: z.boolean().optional(),
        series: z
          .array(
            z.object({
              tags: z.record(z.string(), z.string()).default({}),
              columns: z.array(z.string()),
              // Millions of cells: only that they are rows is checked.
              values: z.array(z.custom<readonly Cell[]>(Array.isArray)).default([]),
              partial: z.boolean().optional(),
            }),
          )
          .default([]),
      }),
    )
    .default([]),
})
type Answer = z.output<typeof answer>

export function createServer(options: ServerOptions): Server {
  const { url, org, token, user, password, bucket } = options
  const base = url.replace(/\/+$/, '')
  const basic = user ? `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` : undefined
  const authorization = token ? `Token ${token}` : basic
  const headers: Record<string, string> = authorization ? { authorization } : {}
  const isOnThisMachine = /^(localhost|127\.[\d.]+|\[::1\])$/.test(new URL(base).hostname)
  const nameOf = (shelf: Shelf) => (shelf === 'raw' ? bucket : `${bucket}_5m`)
  let major: 1 | 2 | undefined
  let writers: Record<Shelf, WriteApi> | undefined
  // The client would write every failure to the console; they are errors here.
  setLogger({ error: () => undefined, warn: () => undefined })

  /** The client's own batching and retrying are off: see docs/decisions.md. */
  function createWriters(version: 1 | 2): Record<Shelf, WriteApi> {
    const influx = new InfluxDB({ url: base, timeout: writeTimeoutMs, headers })
    const create = (shelf: Shelf): WriteApi => {
      const api = influx.getWriteApi(org, nameOf(shelf), 'ms', {
        batchSize: 1_000_000,
        flushInterval: 0,
        maxRetries: 0,
        // Packing costs both sides 2 of 15 µs a reading, and makes its 360 bytes 38: worth it on a line only.
        gzipThreshold: isOnThisMachine ? Number.POSITIVE_INFINITY : 1000,
        writeFailed: (error) => Promise.reject(error),
      })
      if (version === 1)
        api.path = `/write?${new URLSearchParams({ db: bucket, rp: nameOf(shelf), precision: 'ms' })}`
      return api
    }
    return { raw: create('raw'), '5m': create('5m') }
  }

  async function request(
    what: string,
    path: string,
    init: RequestInit,
    timeoutMs: number,
  ): Promise<Response> {
    const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(init.signal ? [init.signal] : [])])
    try {
      const response = await fetch(base + path, { ...init, headers: { ...headers, ...init.headers }, signal })
      if (response.ok) return response
      throw refusal(what, response.status, await response.text())
    } catch (thrown) {
      init.signal?.throwIfAborted()
      throw asInfluxError(what, thrown)
    }
  }

  return {
    nameOf,
    from: (shelf, measurement) => [bucket, nameOf(shelf), measurement].map(quotedName).join('.'),
    async greet() {
      const response = await request('refused /ping', '/ping', {}, 10 * second)
      const version = response.headers.get('x-influxdb-version') ?? ''
      const [, found] = /^v?(\d+)\./.exec(version) ?? []
      if (found !== '1' && found !== '2')
        throw away(
          `at ${base} says it is version "${version}"; Lantern speaks to 1.x and 2.x`,
          undefined,
          'Set LANTERN_INFLUX_URL to an InfluxDB 1.x or 2.x.',
        )
      if (found === '2' && (!org || !token))
        throw new LanternError(
          'invalid-settings',
          `InfluxDB at ${base} is version ${version}, which needs LANTERN_INFLUX_ORG and LANTERN_INFLUX_TOKEN`,
        )
      major = found === '1' ? 1 : 2
      writers = createWriters(major)
      return { major, version }
    },
    async write(shelf, lines) {
      if (!writers) throw away('was not asked for its version yet')
      if (lines.length === 0) return
      try {
        writers[shelf].writeRecords(lines)
        await writers[shelf].flush()
      } catch (thrown) {
        throw asInfluxError('refused a write', thrown)
      }
    },
    async query(statements, take, signal) {
      const body = new URLSearchParams({ q: statements.join(';'), db: bucket, epoch: 'ms', chunked: 'true' })
      const what = 'refused a query'
      const response = await request(
        what,
        '/query',
        { method: 'POST', body, ...(signal && { signal }) },
        removeTimeoutMs,
      )
      /** Statements that were answered, and whether wholly. */
      const ended = new Map<number, boolean>()
      try {
        for await (const line of linesOf(response)) handOn(parseAnswer(line), ended, take)
      } catch (thrown) {
        signal?.throwIfAborted()
        throw asInfluxError(what, thrown)
      }
      if (ended.size !== statements.length || [...ended.values()].includes(false))
        throw away('broke off in the middle of an answer')
    },
    async remove(shelf, measurement, { start, end }) {
      if (major === 2) {
        const path = `/api/v2/delete?${new URLSearchParams({ org, bucket: nameOf(shelf) })}`
        const from = formatTime(start ?? 0)
        // The end is included there.
        const body = { start: from, stop: formatTime(end - 1), predicate: `_measurement="${measurement}"` }
        await request('refused a deletion', path, post(body), removeTimeoutMs)
        return
      }
      // DELETE takes no retention policy, so a measurement's name is used on one shelf only.
      const since = start === undefined ? '' : ` AND time >= ${start}ms`
      await this.query(
        [`DELETE FROM ${quotedName(measurement)} WHERE time < ${end}ms${since}`],
        () => undefined,
      )
    },
    async manage(path, body) {
      const response = await request('refused to be set up', path, body ? post(body) : {}, 30 * second)
      return response.json()
    },
  }
}

function post(body: object): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}

function parseAnswer(line: string): Answer {
  try {
    return answer.parse(JSON.parse(line))
  } catch {
    throw away('broke off in the middle of an answer, or answered something else')
  }
}

function handOn({ error, results }: Answer, ended: Map<number, boolean>, take: (piece: Piece) => void): void {
  if (error !== undefined) throw queryError(error)
  for (const { statement_id: statement, error, partial, series } of results) {
    if (error !== undefined) throw queryError(error)
    for (const { tags, columns, values } of series) take({ statement, tags, columns, values })
    ended.set(statement, !partial && !series.some((one) => one.partial))
  }
}

/** An error that came with status 200. */
function queryError(words: string): Error {
  const found = refusal('refused a query', 500, words)
  if (/error parsing query/.test(words)) return new LinesRefused(words, false)
  if (/timeout|interrupted|max-select|killed/.test(words)) return new LanternError('store-timeout', words)
  return found
}

/** Lines of a streamed body. */
async function* linesOf(response: Response): AsyncGenerator<string> {
  if (!response.body) return
  const decoder = new TextDecoder()
  const parts: string[] = []
  for await (const chunk of response.body) {
    const [first = '', ...rest] = decoder.decode(chunk, { stream: true }).split('\n')
    parts.push(first)
    for (const next of rest) {
      const line = parts.join('')
      if (line) yield line
      parts.length = 0
      parts.push(next)
    }
  }
  const line = parts.join('')
  if (line) yield line
}

/** An identifier of InfluxQL. */
export function quotedName(name: string): string {
  return `"${name.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

/** A text of InfluxQL. */
export function quotedText(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
