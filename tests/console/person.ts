/**
 * A person before the console: a city that runs for the tests of a file, visits to its page, and hands that reach what is
 * there with the mouse or with the keyboard alone. Used by every test of this folder.
 */
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { z } from 'zod'
import { coverage } from '../../model/coverage.ts'
import type { Role } from '../../model/role.ts'
import { startBrowser, type Visit, type Visitor, visit } from '../support/browser.ts'
import type { ConsoleCity } from '../support/console-city.ts'
import { temporaryFolder } from '../support/temporary.ts'

export const patience = { timeout: 20_000, interval: 100 }

/** Starts a city and a browser for the tests of a file; each visit ends with its test. */
export function useConsole<City extends ConsoleCity>(start: (dataDir: string) => Promise<City>) {
  let city: City | undefined
  let browser: Browser | undefined
  const open: Visit[] = []
  const dataDir = temporaryFolder()
  beforeAll(async () => {
    city = await start(dataDir)
    browser = await startBrowser()
  }, 90_000)
  afterEach(async () => {
    for (const { context } of open.splice(0)) await context.close()
  })
  afterAll(async () => {
    await browser?.close()
    await city?.stop()
  })
  const there = () => {
    if (!city || !browser) throw new Error('the city has not started')
    return { city, browser }
  }
  return {
    city: () => there().city,
    /** A new person, who opens this address. */
    async visit(address: string, visitor: Visitor = {}): Promise<Visit> {
      const { browser, city } = there()
      const made = await visit(browser, city.url, visitor)
      open.push(made)
      await made.page.goto(address)
      return made
    },
  }
}

/** How a person reaches a link or a button, and chooses it. */
export type Hands = (page: Page, wanted: Locator) => Promise<void>

export const hands: Readonly<Record<'mouse' | 'keyboard', Hands>> = {
  mouse: (_page, wanted) => wanted.click(),
  async keyboard(page, wanted) {
    await tabTo(page, wanted)
    await page.keyboard.press('Enter')
  },
}

const isFocused = (locator: Locator) =>
  locator.evaluate((element) => element.ownerDocument.activeElement === element)

/** Goes from where the focus is with Tab alone, and sees where it is: focus must show. */
export async function tabTo(page: Page, wanted: Locator, most = 200): Promise<void> {
  await wanted.waitFor()
  for (let times = 0; times < most; times++) {
    if (await isFocused(wanted)) {
      const shown = await wanted.evaluate((element) => {
        const style = element.ownerDocument.defaultView?.getComputedStyle(element)
        return style?.outlineStyle !== 'none' || style?.boxShadow !== 'none'
      })
      expect(shown, 'the focus can be seen').toBe(true)
      return
    }
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab does not lead to ${wanted} in ${most} steps`)
}

/** Path and query of where the page is. */
export const addressOf = (page: Page) => page.url().slice(new URL(page.url()).origin.length)

export const percent = (share: number | null) => (share === null ? '–' : `${(share * 100).toFixed(1)}%`)

/** The two large figures with the counts behind them are those that the API gives (they may change between two looks). */
export async function expectFiguresOfApi(
  page: Page,
  city: Pick<ConsoleCity, 'api'>,
  within?: string,
): Promise<void> {
  const route = within === undefined ? '/v1/coverage' : `/v1/coverage?within=${within}`
  const differences = async () => {
    const { total } = await city.api.read(route, coverage)
    const figure = async (name: 'installed' | 'working') => {
      const text = (await page.locator(`[data-figure=${name}]`).textContent()) ?? ''
      const count = `${total[name].toLocaleString('en')} of ${total.places.toLocaleString('en')} public places`
      const wanted = [percent(total[`${name}Share`]), count]
      return wanted.filter((part) => !text.includes(part)).map((part) => `no ${part} in "${text}"`)
    }
    return [...(await figure('installed')), ...(await figure('working'))]
  }
  await expect.poll(differences, patience).toEqual([])
}

const newKey = z.object({ id: z.string(), key: z.string() })

/** A new API key of a role, as an administrator makes it. */
export async function makeKey({ api }: Pick<ConsoleCity, 'api'>, role: Role) {
  const { status, body } = await api.ask('POST', '/v1/keys', { name: role, role })
  expect(status).toBe(201)
  return newKey.parse(body)
}
