/**
 * The measurement `console`, third part: whether pages that stay open grow, while 100 readings come each second and ten
 * alerts each minute. Memory is looked at after the browser has been made to clear away what is not needed.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { CDPSession, Page } from 'playwright-core'
import { cameraOn } from '../journeys/alert-office.ts'
import { expectClean, signIn, startBrowser, visit } from '../support/browser.ts'
import { startPlaces } from '../support/console-city.ts'
import { startLoad } from './generator.ts'
import type { Figure, Ground, Measurement } from './measurement.ts'
import { median } from './statistics.ts'
import { withFolder } from './subject.ts'

export interface ConsoleOpenOptions extends Ground {
  readonly places: number
  readonly seconds: number
  readonly readingsPerSecond: number
  readonly alertsPerMinute: number
}

interface Look {
  /** Since the pages were opened, h. */
  readonly hours: number
  readonly heapBytes: number
  readonly nodes: number
  readonly listeners: number
}

/** Not counted: what a page holds of the beginning is there for good, and is no growth. */
const warmUpShare = 0.2
const looks = 20
const mebibyte = 2 ** 20

export function measureConsoleOpen(options: ConsoleOpenOptions): Promise<Measurement> {
  const { folder, places, seconds, readingsPerSecond, alertsPerMinute, say } = options
  return withFolder(folder, async (dataDir) => {
    const city = await startPlaces(dataDir, places)
    const browser = await startBrowser()
    const [troubled, ...healthy] = city.cameras
    if (!troubled) throw new Error('the city has no camera')
    const load = startLoad({
      ...{ port: city.mqttPort, devices: healthy, ratePerSecond: readingsPerSecond },
      ...{ seconds: seconds + 60, firstObservedAt: Date.now(), stepMs: 10 },
    })
    const ending = new AbortController()
    try {
      const { page: first, context, faults } = await visit(browser, city.url)
      await signIn(first, city.adminKey)
      const second = await context.newPage()
      const pages = [
        { name: 'the overview', page: first, address: '/' },
        { name: 'the alerts', page: second, address: '/alerts' },
      ]
      for (const { page, address } of pages) await page.goto(address)
      const alarms = raiseAlerts(await cameraOn(city, troubled), 60_000 / alertsPerMinute, ending.signal)
      const seen = await Promise.all(
        pages.map(async ({ name, page }) => ({
          name,
          seen: await watchGrowth(page, await context.newCDPSession(page), seconds, say, name),
        })),
      )
      ending.abort()
      const raised = await alarms
      expectClean({ faults })
      return {
        title: 'console: pages that stay open',
        setting: `${places.toLocaleString('en')} places, the overview and the list of alerts open for ${seconds} s under ${readingsPerSecond} readings/s and ${alertsPerMinute} alerts a minute`,
        figures: seen.flatMap(({ name, seen }) => figuresOf(name, seen)),
        notes: [
          `${raised} alerts came and went; growth is the median of the slopes between ${looks * (1 - warmUpShare)} looks, after a fifth of the time`,
        ],
        wrong: 0,
      }
    } finally {
      ending.abort()
      load.stop()
      await load.done
      await browser.close()
      await city.stop()
    }
  })
}

/** A camera that loses its picture and finds it again, each time an alert; how often it did. */
async function raiseAlerts(
  camera: Awaited<ReturnType<typeof cameraOn>>,
  everyMs: number,
  signal: AbortSignal,
): Promise<number> {
  let raised = 0
  try {
    while (!signal.aborted) {
      await camera.report({ videoLoss: true })
      raised++
      await sleep(everyMs / 2, undefined, { signal })
      await camera.report()
      await sleep(everyMs / 2, undefined, { signal })
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    await camera.client.endAsync()
  }
  return raised
}

async function watchGrowth(
  page: Page,
  session: CDPSession,
  seconds: number,
  say: Ground['say'],
  name: string,
): Promise<Look[]> {
  await session.send('Performance.enable')
  await session.send('HeapProfiler.enable')
  const openedAt = performance.now()
  const seen: Look[] = []
  for (let look = 1; look <= looks; look++) {
    await page.waitForTimeout((seconds * 1000) / looks)
    // Twice: what ends in the first is let go in the second.
    for (let time = 0; time < 2; time++) await session.send('HeapProfiler.collectGarbage')
    const { metrics } = await session.send('Performance.getMetrics')
    const of = (metric: string) => metrics.find((one) => one.name === metric)?.value ?? 0
    seen.push({
      hours: (performance.now() - openedAt) / 3_600_000,
      heapBytes: of('JSHeapUsedSize'),
      nodes: of('Nodes'),
      listeners: of('JSEventListeners'),
    })
    if (look % 5 === 0) say(`console: ${name} has ${(of('JSHeapUsedSize') / mebibyte).toFixed(1)} MiB`)
  }
  return seen
}

function figuresOf(name: string, all: readonly Look[]): Figure[] {
  const seen = all.slice(Math.floor(all.length * warmUpShare))
  const [first, last] = [seen[0], seen.at(-1)]
  if (!first || !last) throw new Error('nothing was seen')
  const figure = (what: string, unit: string, value: number): Figure => ({
    ...{ name: `${name}: ${what}`, unit, runs: [value] },
  })
  return [
    figure('script memory', 'MiB', last.heapBytes / mebibyte),
    figure('growth', 'MiB/h', slopeOf(seen.map(({ hours, heapBytes }) => [hours, heapBytes / mebibyte]))),
    figure('elements', 'nodes', last.nodes),
    figure('growth of elements', 'nodes/h', slopeOf(seen.map(({ hours, nodes }) => [hours, nodes]))),
    figure('listeners', 'listeners', last.listeners),
    figure('growth of listeners', 'listeners', last.listeners - first.listeners),
  ]
}

/** The median of the slopes between all pairs: a look in the middle of an answer that is being read does not count. */
function slopeOf(points: readonly (readonly [number, number])[]): number {
  return median(
    points.flatMap(([x, y], index) =>
      points.slice(index + 1).map(([later, then]) => (then - y) / (later - x)),
    ),
  )
}
