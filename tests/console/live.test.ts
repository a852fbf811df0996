/**
 * A page that stays open: its figures follow the city by themselves; when Lantern goes away it says so, and when Lantern
 * is back it recovers by itself; a session that ends is told, and what is public goes on.
 */
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { alertList } from '../../model/answers/alerts.ts'
import { placeList } from '../../model/answers/places.ts'
import { cameraOn } from '../journeys/alert-office.ts'
import { register } from '../journeys/asking.ts'
import { expectClean, hasChromium, needsChromium, signIn } from '../support/browser.ts'
import { startDemonstration } from '../support/console-city.ts'
import { expectFiguresOfApi, makeKey, patience, useConsole } from './person.ts'

/** The server is away: what was asked of it meanwhile ends so. */
const away = [/net::ERR_(CONNECTION_|INCOMPLETE_CHUNKED_ENCODING|EMPTY_RESPONSE|NETWORK)/, /status of 503/]

describe.skipIf(!hasChromium)(`a page that stays open (${needsChromium})`, { timeout: 120_000 }, () => {
  const { city, visit } = useConsole(startDemonstration)

  test('figures follow when a camera is installed, works, and goes bad', async () => {
    const { items } = await city().api.read('/v1/places?state=none&limit=1', placeList)
    const [bare] = items
    if (!bare) throw new Error('every place has a camera')
    const ofPlace = await visit(`/places/${bare.id}`)
    const ofArea = await visit(`/areas/${bare.area}`)
    const state = () => ofPlace.page.locator('.verdict-box').getAttribute('data-state')
    await expect.poll(state, patience).toBe('none')
    await expectFiguresOfApi(ofArea.page, city(), bare.area)

    const device = { id: 'cam-live', kind: 'camera', place: bare.id, reportingIntervalSeconds: 300 }
    const camera = await cameraOn(city(), await register(city().api, device))
    await expect.poll(state, patience).toBe('installed')
    await camera.report()
    await expect.poll(state, patience).toBe('working')
    await expectFiguresOfApi(ofArea.page, city(), bare.area)
    await camera.report({ videoLoss: true })
    await expect.poll(state, patience).toBe('installed')
    await ofPlace.page.getByText('The video signal is lost').first().waitFor()
    await expectFiguresOfApi(ofArea.page, city(), bare.area)
    await camera.client.endAsync()
    expectClean(ofPlace)
    expectClean(ofArea)
  })

  test('Lantern is stopped and begun again under the open page', async () => {
    const visited = await visit('/')
    const { page, requests } = visited
    await expectFiguresOfApi(page, city())
    const stale = page.getByText(/Not up to date: Lantern has not answered for/)
    expect(await stale.count()).toBe(0)
    const desk = await visit('/sign-in')
    await signIn(desk.page, city().adminKey)
    await desk.page.goto('/alerts')
    await desk.page.getByText('Live', { exact: true }).waitFor()
    await city().stop()
    await stale.waitFor({ timeout: 30_000 })
    await page.getByText('Lantern does not answer').waitFor()
    // What was last heard is still there to be read.
    expect(await page.locator('[data-figure=installed]').textContent()).toMatch(/\d\d\.\d%/)
    const before = requests.length
    await city().start()
    await stale.waitFor({ state: 'hidden', timeout: 40_000 })
    await expectFiguresOfApi(page, city())
    // It asked anew, and nobody loaded the page again.
    expect(requests.slice(before).filter(({ path }) => path === '/')).toEqual([])
    expectClean(visited, away)

    // The list of alerts goes on where it was, with the same session: what is new comes once, and nothing is there twice.
    await desk.page.getByText('Live', { exact: true }).waitFor({ timeout: 40_000 })
    const { items } = await city().api.read('/v1/places?state=none&limit=1', placeList)
    const device = { id: 'cam-after', kind: 'camera', place: items[0]?.id ?? '' }
    const camera = await cameraOn(city(), await register(city().api, device))
    await camera.report({ tampered: true })
    await camera.client.endAsync()
    await expect
      .poll(async () => {
        const open = (await city().api.read('/v1/alerts?limit=1000', alertList)).items
        const rows = desk.page.getByRole('list', { name: /^Alerts/ }).locator('[data-alert]')
        const shown = z
          .array(z.string())
          .parse(await rows.evaluateAll((all) => all.map((row) => row.getAttribute('data-alert'))))
        const hasNew = open.some(({ subject }) => subject.id === device.id)
        return hasNew && `${shown.toSorted()}` === `${open.map(({ id }) => String(id)).toSorted()}`
      }, patience)
      .toBe(true)
    expectClean(desk, away)
  })

  test('a session that ends elsewhere is told, and the public figures go on', async () => {
    const visited = await visit('/sign-in')
    const { page } = visited
    const { id, key } = await makeKey(city(), 'operator')
    await signIn(page, key)
    await page.goto('/')
    await page.getByRole('button', { name: 'Sign out' }).waitFor()
    expect((await city().api.ask('DELETE', `/v1/keys/${id}`)).status).toBe(200)
    await page.getByText('Your session has ended.').waitFor({ timeout: 30_000 })
    expect(await page.getByRole('button', { name: 'Sign out' }).count()).toBe(0)
    await expectFiguresOfApi(page, city())
    await page.getByRole('link', { name: 'Sign in' }).first().click()
    await page.getByLabel('API key').waitFor()
    expectClean(visited, [/status of 401/])
  })
})
