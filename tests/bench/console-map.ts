/**
 * The measurement `console`, second part: how smoothly the map goes along under the hand with 10,000 places, drawn without
 * a graphics card.
 */
import { z } from 'zod'
import { startBrowser, visit } from '../support/browser.ts'
import { startPlaces } from '../support/console-city.ts'
import type { Ground, Measurement } from './measurement.ts'
import { withFolder } from './subject.ts'

export interface ConsoleMapOptions extends Ground {
  readonly places: number
  /** How long the map is dragged to and fro at each depth. */
  readonly seconds: number
}

const second = 1000
/** Notes each frame in which something was drawn on a canvas: that the browser asks for frames says nothing yet. */
const noteFrames = `
  globalThis.frames = []
  let isDrawn = false
  for (const name of ['drawImage', 'clearRect', 'fill', 'stroke']) {
    const draw = CanvasRenderingContext2D.prototype[name]
    CanvasRenderingContext2D.prototype[name] = function (...values) {
      isDrawn = true
      return draw.apply(this, values)
    }
  }
  const note = () => {
    if (isDrawn) frames.push(performance.now())
    isDrawn = false
    requestAnimationFrame(note)
  }
  requestAnimationFrame(note)
`

export function measureConsoleMap(options: ConsoleMapOptions): Promise<Measurement> {
  const { folder, places, seconds, say } = options
  return withFolder(folder, async (dataDir) => {
    const city = await startPlaces(dataDir, places)
    const browser = await startBrowser()
    const depths: { readonly name: string; readonly perSecond: number[]; readonly longest: number }[] = []
    try {
      const { page } = await visit(browser, city.url)
      await page.addInitScript(noteFrames)
      await page.goto('/')
      const map = page.locator('.ol-viewport').first()
      await map.locator('canvas').first().waitFor()
      // Until the places are there and drawn.
      await page.waitForTimeout(3 * second)
      const box = await map.boundingBox()
      if (!box) throw new Error('the map is not to be seen')
      const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
      for (const { name, zooms } of [
        { name: 'the whole city', zooms: 0 },
        { name: 'a district', zooms: 2 },
        { name: 'its places', zooms: 2 },
      ]) {
        for (let zoom = 0; zoom < zooms; zoom++) {
          await page.locator('.city-map').getByRole('button', { name: 'Zoom in' }).click()
          await page.waitForTimeout(700)
        }
        say(`console: dragging the map over ${name} for ${seconds} s`)
        await page.mouse.move(middle.x, middle.y)
        await page.mouse.down()
        await page.evaluate('frames.length = 0')
        const end = performance.now() + seconds * second
        for (let step = 0; performance.now() < end; step++) {
          const angle = step / 12
          await page.mouse.move(
            middle.x + Math.sin(angle) * box.width * 0.3,
            middle.y + Math.sin(angle * 0.7) * box.height * 0.3,
          )
        }
        const at = z.array(z.number()).parse(await page.evaluate('frames'))
        await page.mouse.up()
        depths.push({ name, ...paceOf(at) })
      }
    } finally {
      await browser.close()
      await city.stop()
    }
    return {
      title: 'console: the map',
      setting: `${places.toLocaleString('en')} places, dragged to and fro for ${seconds} s at each of three depths, 1440 × 900, without a graphics card`,
      figures: depths.flatMap(({ name, perSecond, longest }) => [
        { name: `${name}: frames`, unit: '1/s', runs: perSecond, target: { atLeast: 30 } },
        { name: `${name}: the worst second`, unit: '1/s', runs: [Math.min(...perSecond)] },
        { name: `${name}: the longest frame`, unit: 'ms', runs: [longest] },
      ]),
      notes: ['the median of all whole seconds is what counts'],
      wrong: 0,
    }
  })
}

/** Frames in each whole second, and the longest time between two. */
function paceOf(at: readonly number[]): { perSecond: number[]; longest: number } {
  const [first = 0] = at
  const last = at.at(-1) ?? 0
  const wholes = Math.max(1, Math.floor((last - first) / second))
  const perSecond = Array.from(
    { length: wholes },
    (_, index) =>
      at.filter((time) => time >= first + index * second && time < first + (index + 1) * second).length,
  )
  const gaps = at.slice(1).map((time, index) => time - (at[index] ?? time))
  return { perSecond, longest: Math.max(0, ...gaps) }
}
