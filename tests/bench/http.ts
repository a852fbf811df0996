/** Timed requests to the API of a running Lantern, each with a time limit. Used by queries.ts and coverage.ts. */
const limitMs = 30_000

export interface Answer {
  /** From the request to the last byte of the answer, ms. */
  readonly ms: number
  readonly body: unknown
}

/** Raises when the answer is not 200. */
export async function timedGet(url: string, apiKey?: string): Promise<Answer> {
  const headers = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }
  const startedAt = performance.now()
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(limitMs) })
  const text = await response.text()
  const ms = performance.now() - startedAt
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}: ${text.slice(0, 300)}`)
  return { ms, body: JSON.parse(text) }
}
