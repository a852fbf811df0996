/**
 * Grafana's HTTP API over axios: signs in, reads JSON by a schema, turns everything else into an error with a remedy.
 * Follows https://grafana.com/docs/grafana/latest/developers/http_api/authentication/. Called by the steps.
 */
import axios from 'axios'
import type { z } from 'zod'
import { LanternError } from '../../../model/errors.ts'
import { type Answer, notGrafana, redirected, refused, unanswered } from './failures.ts'

export type SignIn =
  | { readonly by: 'token'; readonly token: string }
  | { readonly by: 'password'; readonly user: string; readonly password: string }

export interface Grafana {
  readonly url: string
  /** What is at a path; undefined where there is nothing (404). `what` names the step in errors. */
  find<T>(what: string, path: string, schema: z.ZodType<T>): Promise<T | undefined>
  /** An answer as it is, whatever its status. `signedIn: false` sends no secret. */
  ask(path: string, options?: { signedIn?: boolean }): Promise<Answer>
  write(what: string, method: 'post' | 'put', path: string, body: unknown): Promise<void>
}

/** The largest answer that is read, bytes: dashboards are far smaller. */
const largestAnswer = 32 * 1024 * 1024

/** `timeout`: how long one answer may take, ms. Errors are LanternErrors; none contains a secret. */
export function createGrafana(options: { url: string; signIn: SignIn; timeout: number }): Grafana {
  const { url, signIn, timeout } = options
  const credentials = signIn.by === 'token' ? `Bearer ${signIn.token}` : `Basic ${basic(signIn)}`
  const http = axios.create({
    timeout,
    maxContentLength: largestAnswer,
    // Neither another server nor a proxy of the environment is to see the sign-in.
    maxRedirects: 0,
    proxy: false,
    responseType: 'text',
    validateStatus: () => true,
    transformResponse: (text: unknown) => text,
  })

  async function call(method: 'get' | 'post' | 'put', path: string, data?: unknown, signedIn = true) {
    const headers = { accept: 'application/json', ...(signedIn && { authorization: credentials }) }
    const response = await http
      .request<unknown>({ method, url: `${url}${path}`, data, headers, signal: AbortSignal.timeout(timeout) })
      .catch((thrown: unknown) => {
        // The signal ends what trickles; axios' own limit ends only what is silent.
        throw unanswered(url, axios.isCancel(thrown) ? { code: 'ETIMEDOUT' } : thrown)
      })
    const { location } = response.headers
    const answer: Answer = {
      status: response.status,
      location: typeof location === 'string' ? location : undefined,
      body: parsed(response.data),
    }
    if (answer.status >= 300 && answer.status < 400) throw redirected(url, answer)
    return answer
  }

  return {
    url,
    async find(what, path, schema) {
      const answer = await call('get', path)
      if (answer.status === 404) return undefined
      if (answer.status !== 200) throw refused(what, answer)
      const read = schema.safeParse(answer.body)
      if (read.success) return read.data
      if (typeof answer.body === 'string') throw notGrafana(url, answer)
      const [issue] = read.error.issues
      throw new LanternError(
        'internal',
        `${what}: Grafana answered in another form (${issue?.path.join('.')})`,
        {
          remedy: 'Compare its version with the one Lantern is made for: 11 or newer.',
        },
      )
    },
    ask: (path, { signedIn = true } = {}) => call('get', path, undefined, signedIn),
    async write(what, method, path, body) {
      const answer = await call(method, path, body)
      if (answer.status >= 400) throw refused(what, answer)
      if (typeof answer.body === 'string') throw notGrafana(url, answer)
    },
  }
}

const basic = ({ user, password }: { user: string; password: string }) =>
  Buffer.from(`${user}:${password}`, 'utf8').toString('base64')

function parsed(text: unknown): unknown {
  if (typeof text !== 'string') return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
