/**
 * The measurement `console`, first part: how soon the page of the operations centre shows something from a cold cache and
 * can be used, and how much script comes over the wire for it. On the demonstration city with its fleet.
 */
import type { Browser, CDPSession, Page } from 'playwright-core'
import { z } from 'zod'
import { startBrowser, visit } from '../support/browser.ts'
import { startDemonstration } from '../support/console-city.ts'
import type { Figure, Ground, Measurement } from './measurement.ts'
import { withFolder } from './subject.ts'

export interface ConsoleStartOptions extends Ground {
  readonly runs: number
  /** How long after it can be read a task may still come that keeps the page busy, ms. */
  readonly watchedMs: number
}

/** The library of the map, which the bound leaves out, comes in a chunk of this name. */
const mapChunk = /\/drawn-map-/

/** Runs in the page before anything of it: writes down when something is to be seen, and when the page is busy. */
const watch = `
  globalThis.seen = { contentful: 0, largest: 0, share: 0, busyUntil: 0, longest: 0 }
  const on = (type, take) =>
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true })
  on('paint', ({ name, startTime }) => {
    if (name === 'first-contentful-paint') seen.contentful = startTime
  })
  on('largest-contentful-paint', ({ startTime }) => { seen.largest = startTime })
  on('longtask', ({ startTime, duration }) => {
    seen.busyUntil = Math.max(seen.busyUntil, startTime + duration)
    seen.longest = Math.max(seen.longest, duration)
  })
  const look = () => {
    const figure = document.querySelector('[data-figure=installed]')
    if (figure && /\\d/.test(figure.textContent)) requestAnimationFrame(() => { seen.share = performance.now() })
    else requestAnimationFrame(look)
  }
  look()
`
const seen = z.object({
  contentful: z.number().positive(),
  largest: z.number().positive(),
  share: z.number().positive(),
  busyUntil: z.number(),
  longest: z.number(),
})

interface Start extends z.infer<typeof seen> {
  readonly scriptBytes: number
  readonly mapBytes: number
  /** From the click on a district to its page, ms. */
  readonly click: number
}

export function measureConsoleStart(options: ConsoleStartOptions): Promise<Measurement> {
  const { folder, runs, watchedMs, say } = options
  return withFolder(folder, async (dataDir) => {
    const city = await startDemonstration(dataDir)
    const starts: Start[] = []
    try {
      for (let run = 1; run <= runs; run++) {
        say(`console: start ${run} of ${runs}`)
        // A browser of its own each time, so that nothing of it is warm.
        const browser = await startBrowser()
        try {
          starts.push(await startOnce(browser, city.url, watchedMs))
        } finally {
          await browser.close()
        }
      }
    } finally {
      await city.stop()
    }
    const of = (name: string, unit: string, value: (start: Start) => number, below?: number): Figure => ({
      ...{ name, unit, runs: starts.map(value) },
      ...(below === undefined ? {} : { target: { below } }),
    })
    return {
      title: 'console: the first look',
      setting: `the overview of the demonstration city with its fleet, ${runs} times in a new headless Chromium with nothing cached, 1440 × 900`,
      figures: [
        of('first contentful paint', 'ms', ({ contentful }) => contentful, 1500),
        of('the installed share can be read', 'ms', ({ share }) => share, 1500),
        of('largest contentful paint', 'ms', ({ largest }) => largest),
        of('interactive', 'ms', ({ share, busyUntil }) => Math.max(share, busyUntil), 2500),
        of('the longest task', 'ms', ({ longest }) => longest),
        of('from a click on a district to its page', 'ms', ({ click }) => click),
        of('script over the wire without the map', 'kB', ({ scriptBytes }) => scriptBytes / 1000, 300),
        of('the map over the wire', 'kB', ({ mapBytes }) => mapBytes / 1000),
      ],
      notes: [
        `interactive: the share can be read, and no task of 50 ms or more follows within ${watchedMs / 1000} s`,
      ],
      wrong: 0,
    }
  })
}

async function startOnce(browser: Browser, url: string, watchedMs: number): Promise<Start> {
  const { page, context } = await visit(browser, url)
  await page.addInitScript(watch)
  const scripts = await watchScripts(await context.newCDPSession(page))
  await page.goto('/')
  const district = page.getByRole('table').getByRole('link').first()
  await district.waitFor()
  await page.waitForTimeout(watchedMs)
  const found = seen.parse(await page.evaluate('seen'))
  const click = await timeOfClick(page)
  // The pages that bring chunks of their own.
  for (const address of ['/alerts', '/streets', '/data']) {
    await page.goto(address)
    await page.waitForTimeout(500)
  }
  const sum = (isMap: boolean) =>
    [...scripts].reduce((bytes, [name, size]) => bytes + (mapChunk.test(name) === isMap ? size : 0), 0)
  return { ...found, click, scriptBytes: sum(false), mapBytes: sum(true) }
}

/** How many bytes of each script came over the wire, headers included; what the cache gave is not counted again. */
async function watchScripts(session: CDPSession): Promise<ReadonlyMap<string, number>> {
  const names = new Map<string, string>()
  const bytes = new Map<string, number>()
  session.on('Network.responseReceived', ({ requestId, type, response }) => {
    if (type === 'Script') names.set(requestId, response.url)
  })
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const name = names.get(requestId)
    if (name !== undefined) bytes.set(name, Math.max(bytes.get(name) ?? 0, encodedDataLength))
  })
  await session.send('Network.enable')
  return bytes
}

/** Measured within the page, so that the way of the click into the browser is not in it. */
async function timeOfClick(page: Page): Promise<number> {
  const took = await page.evaluate(`new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error('no page after the click')), 10_000)
    const before = document.querySelector('h1').textContent
    const startedAt = performance.now()
    document.querySelector('main table a').click()
    const look = () => {
      const heading = document.querySelector('h1')
      if (heading && heading.textContent !== before) resolve(performance.now() - startedAt)
      else requestAnimationFrame(look)
    }
    look()
  })`)
  return z.number().parse(took)
}
