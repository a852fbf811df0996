/**
 * An urban manager before the console: from the province to a district, a commune, a place and the camera that is dark, and
 * back, by clicking and again by keyboard alone. The address keeps where one is, and every figure is the API's.
 */
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { placeList, placeWithEvidence } from '../../model/answers/places.ts'
import { coverage } from '../../model/coverage.ts'
import { cameraOn } from '../journeys/alert-office.ts'
import { register } from '../journeys/asking.ts'
import { expectClean, hasChromium, needsChromium, signIn } from '../support/browser.ts'
import { startDemonstration } from '../support/console-city.ts'
import {
  addressOf,
  expectFiguresOfApi,
  hands,
  makeKey,
  patience,
  percent,
  tabTo,
  useConsole,
} from './person.ts'

/** A place that is dark, and what it lies in. */
interface Dark {
  readonly place: { readonly id: string; readonly name: string }
  readonly camera: string
  readonly commune: { readonly code: string; readonly name: string }
  readonly district: { readonly code: string; readonly name: string }
}

describe.skipIf(!hasChromium)(`an urban manager (${needsChromium})`, { timeout: 60_000 }, () => {
  const { city, visit } = useConsole(startDemonstration)
  let dark: Dark
  let viewerKey: string

  beforeAll(async () => {
    const { items } = await city().api.read('/v1/places?state=none&limit=1', placeList)
    const [bare] = items
    if (!bare) throw new Error('every place has a camera')
    const device = { id: 'cam-dark', kind: 'camera', place: bare.id, reportingIntervalSeconds: 300 }
    const camera = await cameraOn(city(), await register(city().api, device))
    await camera.report({ videoLoss: true })
    await camera.client.endAsync()
    const { areas, ...place } = await city().api.read(`/v1/places/${bare.id}`, placeWithEvidence)
    const [commune, district] = areas
    if (!commune || !district) throw new Error('the place lies in no district')
    dark = { place, camera: device.id, commune, district }
    viewerKey = (await makeKey(city(), 'viewer')).key
  })

  const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name })
  /** The page is at this address and shows this, also when the address is opened anew. */
  async function expectAt(page: Page, address: string, title: string): Promise<void> {
    await heading(page, title).waitFor()
    expect(addressOf(page)).toBe(address)
    await page.reload()
    await heading(page, title).waitFor()
    expect(addressOf(page)).toBe(address)
  }

  test.each(['mouse', 'keyboard'] as const)('down to the dark camera and back, by %s', async (which) => {
    const choose = hands[which]
    const { district, commune, place, camera } = dark
    const visited = await visit('/sign-in')
    const { page } = visited
    await signIn(page, viewerKey)
    const main = page.getByRole('main')
    await choose(page, page.getByRole('link', { name: 'Overview', exact: true }))
    await expectAt(page, '/', 'Coverage of public places')
    await expectFiguresOfApi(page, city())

    await choose(page, main.getByRole('link', { name: district.name, exact: true }))
    await expectAt(page, `/areas/${district.code}`, `Coverage of ${district.name}`)
    await expectFiguresOfApi(page, city(), district.code)

    await choose(page, main.getByRole('link', { name: commune.name, exact: true }))
    await expectAt(page, `/areas/${commune.code}`, `Coverage of ${commune.name}`)
    await expectFiguresOfApi(page, city(), commune.code)

    const here = page.getByRole('region', { name: 'Public places here' })
    await choose(page, here.getByRole('link', { name: place.name, exact: true }))
    await expectAt(page, `/places/${place.id}`, place.name)
    await page.locator('.verdict-box[data-state=installed]').getByText('Installed, but dark').waitFor()
    await page.getByText('The video signal is lost').first().waitFor()

    await choose(page, page.locator(`[data-device="${camera}"]`).getByRole('link'))
    await page.getByRole('region', { name: 'Newest reading' }).waitFor()
    expect(addressOf(page)).toBe(`/devices/${camera}`)
    await page.reload()
    await page.getByRole('region', { name: 'Newest reading' }).waitFor()
    await page.getByRole('region', { name: 'Its readings over time' }).waitFor()

    // Back: up the trail by its links, and then the ways of the browser itself.
    const trail = page.getByRole('navigation', { name: 'Where you are' })
    await choose(page, trail.getByRole('link', { name: place.name }))
    await heading(page, place.name).waitFor()
    await choose(page, trail.getByRole('link', { name: district.name }))
    await heading(page, `Coverage of ${district.name}`).waitFor()
    expect(addressOf(page)).toBe(`/areas/${district.code}`)
    await page.goBack()
    await heading(page, place.name).waitFor()
    await page.goForward()
    await heading(page, `Coverage of ${district.name}`).waitFor()
    await choose(page, trail.getByRole('link').first())
    await heading(page, 'Coverage of public places').waitFor()
    expect(addressOf(page)).toBe('/')
    expectClean(visited)
  })

  test('the areas below are those of the API, the widest gap first, with history and map beside them', async () => {
    const visited = await visit('/')
    const { page } = visited
    const table = page.getByRole('table', { name: /By district/ })
    await table.waitFor()
    const rowsShown = () =>
      table
        .locator('tbody tr')
        .evaluateAll((rows) =>
          rows.map((row) => [...row.querySelectorAll('th,td')].map((cell) => cell.textContent)),
        )
    const rowsTrue = async () => {
      const { areas, goal } = await city().api.read('/v1/coverage?level=district', coverage)
      const share = ({ installedShare }: (typeof areas)[number]) => installedShare ?? 2
      return areas
        .toSorted((a, b) => share(a) - share(b))
        .map((area) => {
          const gap = (share(area) - goal.target) * 100
          const sign = gap > 0.05 ? '+' : ''
          return [
            ...[area.name, '', percent(area.installedShare), percent(area.workingShare)],
            ...[`${sign}${gap.toFixed(1)}`, area.placesToTarget.toLocaleString('en')],
          ]
        })
    }
    await expect
      .poll(async () => {
        const [shown, wanted] = [await rowsShown(), await rowsTrue()]
        return z
          .array(z.array(z.string()))
          .parse(shown)
          .filter((row, index) => `${row}` !== `${wanted[index]}`)
      }, patience)
      .toEqual([])
    await page.getByRole('region', { name: 'How it came about' }).locator('canvas').waitFor()
    expectClean(visited)
  })

  test('the search leads to an area and a place from the keyboard, without marks on the letters', async () => {
    const { district, place } = dark
    const visited = await visit('/')
    const { page } = visited
    const search = page.getByRole('combobox', { name: 'Search' })
    const plain = (name: string) => name.normalize('NFD').replaceAll(/\p{M}/gu, '').replaceAll(/[đĐ]/g, 'd')

    await tabTo(page, search)
    await page.keyboard.type(plain(district.name))
    await page.getByRole('option', { name: district.name }).first().waitFor()
    await page.keyboard.press('Enter')
    await heading(page, `Coverage of ${district.name}`).waitFor()
    expect(addressOf(page)).toBe(`/areas/${district.code}`)

    await search.focus()
    await page.keyboard.type(place.id)
    await page.getByRole('option', { name: place.name }).first().waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowUp')
    await expect(await page.getByRole('option', { selected: true }).textContent()).toContain(place.name)
    await page.keyboard.press('Enter')
    await heading(page, place.name).waitFor()
    expect(addressOf(page)).toBe(`/places/${place.id}`)

    await search.focus()
    await page.keyboard.type('zzzzqq')
    await page.getByRole('option', { name: 'Nothing found' }).waitFor()
    await page.keyboard.press('Escape')
    expectClean(visited)
  })

  test('an address of nothing says so, with a way back', async () => {
    const visited = await visit('/areas/nowhere')
    const { page } = visited
    await heading(page, 'There is no such place, area or device any more').waitFor()
    await page.getByRole('link', { name: 'To the overview' }).click()
    await heading(page, 'Coverage of public places').waitFor()
    expectClean(visited, [/status of 400 .*area=nowhere|status of 400 .*within=nowhere/])
  })
})
