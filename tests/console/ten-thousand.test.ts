/**
 * A city of 10,000 places on the console: the map has them gathered when far and one by one when near, tells of what is
 * pointed at with the mouse and from the keyboard, and the search finds each.
 */
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { expectClean, hasChromium, needsChromium } from '../support/browser.ts'
import { startPlaces } from '../support/console-city.ts'
import { addressOf, expectFiguresOfApi, patience, tabTo, useConsole } from './person.ts'

const count = 10_000
const gathered = /^(\d[\d,]*) public places$/
/** What is told of a single place, of whichever state. */
const single = /At least one camera proves|There is a camera, but|No camera is in service here/

describe.skipIf(!hasChromium)(`10,000 places (${needsChromium})`, { timeout: 60_000 }, () => {
  const { city, visit } = useConsole((dataDir) => startPlaces(dataDir, count))
  const mapOf = (page: Page) => page.getByRole('application', { name: /^Map of coverage/ })

  async function openMap() {
    const visited = await visit('/')
    await expectFiguresOfApi(visited.page, city())
    expect(await visited.page.locator('[data-figure=installed]').textContent()).toContain('of 10,000')
    await mapOf(visited.page).locator('canvas').first().waitFor()
    // Every place has been asked for, a thousand at a time.
    const asked = () => visited.requests.filter(({ path }) => path.startsWith('/v1/places?limit=1000')).length
    await expect.poll(asked, patience).toBe(count / 1000)
    return visited
  }

  /** Points at one spot after another until what is told is wanted; where that is. */
  async function pointUntil(page: Page, isWanted: (told: string) => boolean) {
    const box = await mapOf(page).boundingBox()
    if (!box) throw new Error('the map is not to be seen')
    const told = page.locator('.map-tooltip')
    for (
      let row = 0.5, sign = 1;
      row > 0.1 && row < 0.9;
      sign = -sign, row += sign * Math.abs(0.5 - row) * 2 + sign * 0.03
    )
      for (let column = 0.1; column < 0.85; column += 0.02) {
        const [x, y] = [box.x + box.width * column, box.y + box.height * row]
        await page.mouse.move(x, y)
        const text = await told.allTextContents()
        if (isWanted(text[0] ?? '')) return { x, y }
      }
    throw new Error('nothing of the kind is on the map')
  }
  const titleOf = async (page: Page) => (await page.locator('.map-tooltip strong').allTextContents())[0] ?? ''

  test('the mouse: gathered when far, one by one when near, and each leads to its page', async () => {
    const visited = await openMap()
    const { page } = visited
    await pointUntil(page, (told) => /public places/.test(told))
    const [, many = ''] = gathered.exec(await titleOf(page)) ?? []
    expect(Number(many.replaceAll(',', ''))).toBeGreaterThan(10)
    const nearer = page.locator('.city-map').getByRole('button', { name: 'Zoom in' })
    for (let level = 0; level < 5; level++) await nearer.click()
    const at = await pointUntil(page, (told) => single.test(told))
    const name = await titleOf(page)
    await page.mouse.click(at.x, at.y)
    await page.getByRole('heading', { level: 1, name, exact: true }).waitFor()
    expect(addressOf(page)).toMatch(/^\/places\//)
    expectClean(visited)
  })

  test('the keyboard: what is in the middle is said, Enter goes nearer and opens', async () => {
    const visited = await openMap()
    const { page } = visited
    const map = mapOf(page)
    const said = page.locator('figure.city-map').getByRole('status').last()
    await tabTo(page, map)
    await page.keyboard.press('Home')
    await expect.poll(() => said.textContent(), patience).not.toBe('')
    const far = await said.textContent()
    const steps = [
      '+',
      '+',
      '+',
      '+',
      '+',
      '+',
      'ArrowLeft',
      'ArrowUp',
      'ArrowRight',
      'ArrowRight',
      'ArrowDown',
    ]
    for (const key of [...steps, ...steps.slice(6), ...steps.slice(6)]) {
      await page.keyboard.press(key)
      await page.waitForTimeout(600)
      if (single.test((await said.textContent()) ?? '')) break
    }
    const near = (await said.textContent()) ?? ''
    expect(near).toMatch(single)
    expect(near).not.toBe(far)
    await page.keyboard.press('Enter')
    await page.locator('.verdict-box').waitFor()
    expect(near).toContain(await page.getByRole('heading', { level: 1 }).textContent())
    expectClean(visited)
  })

  test('the search finds one of them', async () => {
    const visited = await visit('/')
    const { page } = visited
    const last = city().cameras.at(-1)?.id.replace('cam-', '') ?? ''
    await page.getByRole('combobox', { name: 'Search' }).focus()
    await page.keyboard.type(last)
    await page.getByRole('option').first().waitFor()
    await page.getByText('1 found', { exact: true }).waitFor()
    await page.keyboard.press('Enter')
    await page.locator('.verdict-box').waitFor()
    expect(addressOf(page)).toBe(`/places/${last}`)
    expectClean(visited)
  })
})
