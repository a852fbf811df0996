/**
 * A real Chromium for the console's tests and its bench: Debian's own, driven over playwright-core, with a fresh profile
 * for each visit and a time limit on everything. What a page must never do is written down as it happens and judged by
 * `expectClean`: errors, breaches of the Content-Security-Policy, requests to anyone but Lantern.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'

const program = findChromium()
export const hasChromium = program !== undefined
/** What stands in the name of a skipped test. */
export const needsChromium = 'needs a browser: apt-get install chromium'

const patienceMs = 15_000

function findChromium(): string | undefined {
  try {
    return execFileSync('/bin/sh', ['-c', 'command -v chromium'], { encoding: 'utf8' }).trim()
  } catch {
    return undefined
  }
}

export async function startBrowser(): Promise<Browser> {
  if (program === undefined) throw new Error(`Chromium is not installed: this ${needsChromium}`)
  return chromium.launch({
    executablePath: program,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-dev-shm-usage'],
    timeout: 30_000,
  })
}

/** How a visitor's browser is set up. */
export interface Visitor {
  readonly language?: 'vi' | 'en'
  readonly theme?: 'dark' | 'light'
  readonly width?: number
  readonly height?: number
  /** Lets a test put a script of its own into the page, such as axe. */
  readonly bypassCSP?: boolean
}

/** A page, and what it did that can be seen from outside. */
export interface Visit {
  readonly page: Page
  readonly context: BrowserContext
  /** Method, path with query, and status (0: no answer) of each request to Lantern that has ended. */
  readonly requests: readonly { readonly method: string; readonly path: string; readonly status: number }[]
  /** Errors in the console, errors thrown, breaches of the policy, and requests to others. */
  readonly faults: readonly string[]
}

/** A new profile with one page, still empty. `url`: of Lantern, the only one that may be asked. */
export async function visit(browser: Browser, url: string, visitor: Visitor = {}): Promise<Visit> {
  const { language = 'en', theme = 'dark', width = 1440, height = 900, bypassCSP = false } = visitor
  const context = await browser.newContext({
    baseURL: url,
    locale: language === 'vi' ? 'vi-VN' : 'en-GB',
    colorScheme: theme,
    viewport: { width, height },
    reducedMotion: 'reduce',
    acceptDownloads: true,
    bypassCSP,
  })
  context.setDefaultTimeout(patienceMs)
  context.setDefaultNavigationTimeout(patienceMs)
  const { origin } = new URL(url)
  const requests: { method: string; path: string; status: number }[] = []
  const faults: string[] = []

  context.on('request', (request) => {
    const asked = new URL(request.url())
    if (/^https?:|^wss?:/.test(asked.protocol) && asked.origin !== origin)
      faults.push(`asked ${asked.href} of somebody else`)
  })
  const note = (request: { method(): string; url(): string }, status: number) =>
    requests.push({ method: request.method(), path: request.url().slice(origin.length), status })
  context.on('response', (response) => note(response.request(), response.status()))
  context.on('requestfailed', (request) => note(request, 0))
  context.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console: ${message.text()} (${message.location().url})`)
  })
  context.on('weberror', (error) => faults.push(`thrown: ${error.error().stack ?? error.error().message}`))
  await context.addInitScript(
    "addEventListener('securitypolicyviolation', (event) => console.error('policy: ' + event.violatedDirective + ' ' + event.blockedURI))",
  )
  return { page: await context.newPage(), context, requests, faults }
}

/** The page did nothing that it must not, but for what the test expects (the server is away, say). */
export function expectClean({ faults }: Pick<Visit, 'faults'>, except: readonly RegExp[] = []): void {
  const unexpected = faults.filter((fault) => !except.some((pattern) => pattern.test(fault)))
  assert.deepEqual(unexpected, [], 'what the page did that it must not')
}

/** Types an API key into the form, and is let in. */
export async function signIn(page: Page, key: string): Promise<void> {
  await page.goto('/sign-in')
  const form = page.locator('form').filter({ has: page.locator('input[name=key]') })
  await form.locator('input[name=key]').fill(key)
  await form.locator('button[type=submit]').click()
  await form.waitFor({ state: 'detached' })
}
