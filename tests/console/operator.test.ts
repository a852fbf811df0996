/**
 * An operator on shift before the console: lets themselves in, sees what is most urgent first, is told quietly of what is
 * new without losing their place, and does what is to be done about an alert, by mouse and by keyboard alone.
 */
import type { Locator, Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { wordsOf } from '../../dashboards/console/page/words/words.ts'
import { alertList, alertWithHistory } from '../../model/answers/alerts.ts'
import { placeList } from '../../model/answers/places.ts'
import { type CameraLine, cameraOn } from '../journeys/alert-office.ts'
import { register } from '../journeys/asking.ts'
import { until } from '../journeys/until.ts'
import { expectClean, hasChromium, needsChromium, signIn } from '../support/browser.ts'
import { startDemonstration } from '../support/console-city.ts'
import { addressOf, hands, makeKey, patience, tabTo, useConsole } from './person.ts'

const words = wordsOf('en')
/** So many are on a screen at once, and as many again below. */
const cameras = 24

describe.skipIf(!hasChromium)(`an operator (${needsChromium})`, { timeout: 60_000 }, () => {
  const { city, visit } = useConsole(startDemonstration)
  const lines: { readonly id: string; readonly line: CameraLine }[] = []

  beforeAll(async () => {
    const { items } = await city().api.read(`/v1/places?state=none&limit=${cameras}`, placeList)
    for (const [index, { id: place }] of items.entries()) {
      const device = { id: `cam-desk-${index}`, kind: 'camera', place, reportingIntervalSeconds: 300 }
      lines.push({ id: device.id, line: await cameraOn(city(), await register(city().api, device)) })
    }
    for (const { line } of lines.slice(0, -4)) await line.report({ tampered: true })
    await until('the first alert is open', async () => (await openOf('cam-desk-0')).length > 0)
    return async () => {
      for (const { line } of lines) await line.client.endAsync()
    }
  }, 60_000)

  /** The open alerts about a device. */
  const openOf = async (device: string) =>
    (await city().api.read(`/v1/alerts?subject=${device}&all=true`, alertList)).items
  /** Raises an alert of a camera that was well until now; its id. */
  async function raise(): Promise<number> {
    const next = lines.pop()
    if (!next) throw new Error('every camera has been tampered with')
    await next.line.report({ tampered: true })
    await next.line.client.endAsync()
    await expect.poll(async () => (await openOf(next.id)).length, patience).toBe(1)
    return (await openOf(next.id))[0]?.id ?? 0
  }
  const read = (id: number) => city().api.read(`/v1/alerts/${id}`, alertWithHistory)
  const rows = (page: Page) => page.getByRole('list', { name: words.alerts.list })
  const row = (page: Page, id: number) => rows(page).locator(`[data-alert="${id}"]`)
  const idsIn = async (page: Page) =>
    z.array(z.number()).parse(
      await rows(page)
        .locator('[data-alert]')
        .evaluateAll((all) => all.map((one) => Number(one.getAttribute('data-alert')))),
    )
  /** Where somebody is: how far each thing is scrolled, what has the focus, which alert is open. */
  const whereabouts = async (page: Page) =>
    z.tuple([z.array(z.number()), z.string(), z.string(), z.string()]).parse(
      await page.locator('html').evaluate((html) => {
        const scrolled = [...html.querySelectorAll('*')].filter(({ scrollTop }) => scrollTop > 0)
        const focused = html.ownerDocument.activeElement
        return [
          scrolled.map(({ scrollTop }) => scrollTop),
          focused?.id ?? '',
          `${focused?.getBoundingClientRect().top}`,
          html.querySelector('.alert')?.getAttribute('data-alert') ?? '',
        ]
      }),
    )

  async function openList(): Promise<Awaited<ReturnType<typeof visit>>> {
    const visited = await visit('/sign-in')
    await signIn(visited.page, (await makeKey(city(), 'operator')).key)
    await visited.page.goto('/alerts')
    await rows(visited.page).locator('[data-alert]').first().waitFor()
    return visited
  }

  test('signs in with a key in the form, by keyboard alone, and out again', async () => {
    const visited = await visit('/alerts')
    const { page } = visited
    const { key } = await makeKey(city(), 'operator')
    await hands.keyboard(page, page.getByRole('main').getByRole('link', { name: 'Sign in' }))
    await tabTo(page, page.getByLabel('API key'))
    await page.keyboard.type('lk_nobody_knows_this')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('Lantern does not know this key').waitFor()
    await page.getByLabel('API key').fill('')
    await page.getByLabel('API key').focus()
    await page.keyboard.type(key)
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Sign out' }).waitFor()
    // No script can read what the session is.
    expect(await page.evaluate('document.cookie')).toBe('')
    const stored = await page.evaluate('JSON.stringify({ ...localStorage, ...sessionStorage })')
    expect(stored).not.toContain(key)
    await hands.keyboard(page, page.getByRole('link', { name: /^Alerts/ }))
    await rows(page).locator('[data-alert]').first().waitFor()
    await hands.keyboard(page, page.getByRole('button', { name: 'Sign out' }))
    await page.getByRole('link', { name: 'Sign in' }).first().waitFor()
    await expect.poll(() => rows(page).count(), patience).toBe(0)
    expectClean(visited, [/status of 40[0-3] .*\/v1\/session/])
  })

  test('signs in by the link that npm start prints, once', async () => {
    const said = z.object({ msg: z.literal('open this once to sign in'), url: z.url() })
    const [link] = city()
      .log()
      .flatMap((line) => said.safeParse(line).data ?? [])
    const { pathname, hash } = new URL(link?.url ?? '')
    const visited = await visit(`${pathname}${hash}`)
    await visited.page.getByRole('button', { name: 'Sign out' }).waitFor()
    expect(visited.page.url()).not.toContain(hash)
    expectClean(visited)
    const late = await visit(`${pathname}${hash}`)
    await late.page.getByText('This link was used already').waitFor()
    expectClean(late, [/status of 40[0-3] .*\/v1\/session/])
  })

  test('the list has what is open, the most urgent first', async () => {
    const visited = await openList()
    const { page } = visited
    const rank = ['critical', 'major', 'warning', 'info']
    const wanted = async () => {
      const { items } = await city().api.read('/v1/alerts?limit=1000', alertList)
      return items
        .toSorted(
          (a, b) =>
            rank.indexOf(a.severity) - rank.indexOf(b.severity) ||
            Number(a.state !== 'open') - Number(b.state !== 'open') ||
            Date.parse(b.openedAt) - Date.parse(a.openedAt) ||
            b.id - a.id,
        )
        .map(({ id }) => id)
    }
    await expect
      .poll(async () => {
        const [shown, of] = [await idsIn(page), await wanted()]
        return shown.length > cameras / 2 && `${shown}` === `${of}`
      }, patience)
      .toBe(true)
    expectClean(visited)
  })

  test.each(['mouse', 'keyboard'] as const)(
    'a new alert is told quietly, and nothing moves under the %s',
    async (which) => {
      const visited = await openList()
      const { page } = visited
      const before = await idsIn(page)
      const chosen = before[Math.floor(before.length / 2)] ?? 0
      if (which === 'mouse') {
        await row(page, chosen).click()
        await page.locator(`article[data-alert="${chosen}"]`).waitFor()
        await page.mouse.wheel(0, 200)
      } else {
        await tabTo(page, rows(page).locator('[data-alert]').first())
        for (let step = 0; step < before.indexOf(chosen); step++) await page.keyboard.press('ArrowDown')
        await page.keyboard.press('Enter')
        await page.locator(`article[data-alert="${chosen}"]`).waitFor()
        await row(page, chosen).focus()
      }
      // What is read on the right may still be growing.
      await expect
        .poll(async () => {
          const now = await whereabouts(page)
          await page.waitForTimeout(500)
          return `${now}` === `${await whereabouts(page)}`
        }, patience)
        .toBe(true)
      const place = await whereabouts(page)
      const fresh = await raise()

      const bar = page.getByRole('button', { name: /\d+ new/ })
      await bar.waitFor()
      expect(await whereabouts(page)).toEqual(place)
      expect((await idsIn(page)).slice(0, before.length)).toEqual(before)
      expect(await row(page, fresh).count()).toBe(0)

      if (which === 'mouse') await bar.click()
      else await page.keyboard.press('n')
      await row(page, fresh).waitFor()
      expect(await row(page, fresh).count()).toBe(1)
      const after = await idsIn(page)
      expect(new Set(after).size).toBe(after.length)
      expectClean(visited)
    },
  )

  test.each(['mouse', 'keyboard'] as const)(
    'does what is to be done about an alert, by %s',
    async (which) => {
      const choose = hands[which]
      const id = await raise()
      const visited = await openList()
      const { page } = visited
      const actions = page.getByRole('region', { name: words.alerts.actions.title })
      const act = (name: string) => choose(page, actions.getByRole('button', { name, exact: true }))
      const form = page.locator('form.action-form')
      async function write(field: Locator, text: string): Promise<void> {
        if (which === 'mouse') await field.click()
        else await tabTo(page, field)
        await page.keyboard.type(text)
      }
      const send = async (name: string) => {
        await choose(page, form.getByRole('button', { name, exact: true }))
        await form.waitFor({ state: 'detached' })
      }

      if (which === 'mouse') await row(page, id).click()
      else {
        await tabTo(page, rows(page).locator('[data-alert][tabindex="0"]'))
        for (let step = 0; step < (await idsIn(page)).indexOf(id); step++) await page.keyboard.press('j')
        await page.keyboard.press('Enter')
      }
      await page.locator(`article[data-alert="${id}"]`).waitFor()
      expect(addressOf(page)).toBe(`/alerts?alert=${id}`)
      const evidence = page.getByRole('region', { name: words.alerts.evidence.title })
      await evidence.getByRole('row').nth(1).waitFor()
      await page.getByRole('region', { name: words.alerts.evidence.map }).locator('canvas').first().waitFor()
      await page.getByRole('region', { name: words.alerts.evidence.place }).waitFor()

      await act('Acknowledge')
      await expect.poll(async () => (await read(id)).state, patience).toBe('acknowledged')
      await act('Assign')
      await choose(page, form.getByRole('button', { name: 'To me' }))
      await expect.poll(async () => (await read(id)).assignedTo, patience).toBe('operator')
      await form.waitFor({ state: 'detached' })
      await act('Comment')
      await write(form.getByLabel('Comment'), 'A patrol is on its way')
      await send('Save')
      await act('Shelve')
      await write(form.getByLabel('Why (required)'), 'Parts are ordered')
      await send('Shelve')
      await expect.poll(async () => (await read(id)).shelvedUntil, patience).not.toBeNull()
      await act('Take back into sight')
      await expect.poll(async () => (await read(id)).shelvedUntil, patience).toBeNull()
      await act('Clear')
      await send('Yes, it is over')
      await expect.poll(async () => (await read(id)).state, patience).toBe('cleared')

      const { history } = await read(id)
      const steps = ['opened', 'acknowledged', 'assigned', 'commented', 'shelved', 'unshelved', 'cleared']
      expect(history.map(({ step }) => step)).toEqual(steps)
      expect(history.find(({ step }) => step === 'commented')?.comment).toBe('A patrol is on its way')
      const shown = page.getByRole('region', { name: words.alerts.evidence.history })
      await expect.poll(() => shown.getByRole('listitem').count(), patience).toBe(steps.length)
      await shown.getByText('Parts are ordered').waitFor()
      expectClean(visited)
    },
  )
})
