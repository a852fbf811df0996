/**
 * A citizen or a journalist before the console, without a key: the public figures, the method in plain words, and files
 * that really come down and say what the API says. Nothing that needs a key is even asked for.
 */
import { readFile } from 'node:fs/promises'
import { parse } from 'csv-parse/sync'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { areaList } from '../../model/answers/areas.ts'
import { coverage } from '../../model/coverage.ts'
import { expectClean, hasChromium, needsChromium } from '../support/browser.ts'
import { startDemonstration } from '../support/console-city.ts'
import { addressOf, expectFiguresOfApi, type Hands, hands, tabTo, useConsole } from './person.ts'

const rows = z.array(z.record(z.string(), z.string()))
const features = z.object({
  type: z.literal('FeatureCollection'),
  features: z.array(
    z.object({ type: z.literal('Feature'), properties: z.record(z.string(), z.unknown()) }).loose(),
  ),
})

describe.skipIf(!hasChromium)(`a citizen without a key (${needsChromium})`, { timeout: 60_000 }, () => {
  const { city, visit } = useConsole(startDemonstration)

  /** Chooses a link to a file, and reads what came. */
  async function download(page: Page, name: RegExp, choose: Hands): Promise<{ name: string; text: string }> {
    const coming = page.waitForEvent('download')
    await choose(page, page.getByRole('link', { name }))
    const file = await coming
    return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') }
  }
  const csvOf = (text: string) => rows.parse(parse(text, { bom: true, columns: true }))

  test.each(['mouse', 'keyboard'] as const)('figures, method and data, by %s', async (which) => {
    const choose = hands[which]
    const visited = await visit('/')
    const { page } = visited
    await expectFiguresOfApi(page, city())
    await choose(page, page.getByRole('link', { name: 'Data', exact: true }))
    await page.getByRole('heading', { level: 1, name: 'Data and method' }).waitFor()
    expect(addressOf(page)).toBe('/data')
    await expectFiguresOfApi(page, city())
    const method = await page.getByRole('region', { name: 'How it is counted' }).textContent()
    for (const word of ['public place', 'Installed:', 'Working:', 'Share:', '70.0%'])
      expect(method).toContain(word)

    const { total } = await city().api.read('/v1/coverage', coverage)
    const { items: areas } = await city().api.read('/v1/areas?limit=1000', areaList)
    const places = await download(page, /places.*CSV/, choose)
    expect(places.name).toMatch(/^lantern-places-\d{4}-\d\d-\d\d\.csv$/)
    expect(csvOf(places.text)).toHaveLength(total.places)
    expect(csvOf(places.text).filter(({ state }) => state === 'none')).toHaveLength(
      total.places - total.installed,
    )
    const points = features.parse(JSON.parse((await download(page, /places.*GeoJSON/, choose)).text))
    expect(points.features).toHaveLength(total.places)
    const shares = csvOf((await download(page, /every area.*CSV/, choose)).text)
    expect(shares).toHaveLength(areas.length)
    expect(shares.find(({ parent }) => parent === '')).toMatchObject({
      ...{ places: String(total.places), installed: String(total.installed) },
    })
    const outlines = features.parse(JSON.parse((await download(page, /areas.*GeoJSON/, choose)).text))
    expect(outlines.features).toHaveLength(areas.length)
    expectClean(visited)
  })

  test('no page asks for anything that needs a key', async () => {
    const visited = await visit('/')
    const { page, requests } = visited
    const { items } = await city().api.read(
      '/v1/places?state=installed&limit=1',
      z.object({ items: z.array(z.object({ id: z.string(), area: z.string() })) }),
    )
    const [place] = items
    const pages = ['/', `/areas/${place?.area}`, `/places/${place?.id}`, '/alerts', '/alerts/1', '/streets']
    for (const address of [...pages, `/devices/any`, '/data', '/sign-in']) {
      await page.goto(address)
      await page.getByRole('heading', { level: 1 }).first().waitFor()
      await page.waitForLoadState('networkidle')
    }
    expect(requests.filter(({ status }) => status === 401 || status === 403)).toEqual([])
    expect(requests.filter(({ path }) => path.startsWith('/v1/alerts'))).toEqual([])
    expect(requests.filter(({ path }) => path.startsWith('/v1/places')).length).toBeGreaterThan(0)
    expectClean(visited)
  })

  test('the first stop of the keyboard leads past the header', async () => {
    const visited = await visit('/data')
    const { page } = visited
    await tabTo(page, page.getByRole('link', { name: 'Skip to the content' }), 2)
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    const within = await page
      .locator(':focus')
      .evaluate((element) => element.closest('main') !== null && element.closest('header') === null)
    expect(within).toBe(true)
    expectClean(visited)
  })
})
