/** Every main page of the console with an address in the demonstration, and how one sees that it is there whole. */
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { z } from 'zod'
import { placeList, placeWithEvidence } from '../../model/answers/places.ts'
import type { ConsoleCity } from '../support/console-city.ts'
import { patience } from './person.ts'

export interface MainPage {
  readonly name: string
  readonly address: string
  isShown(page: Page): Promise<void>
}

const ids = z.object({ items: z.array(z.object({ id: z.union([z.string(), z.number()]) })) })

export async function mainPages({ api }: Pick<ConsoleCity, 'api'>): Promise<MainPage[]> {
  const { items } = await api.read('/v1/places?state=installed&limit=1', placeList)
  const place = await api.read(`/v1/places/${items[0]?.id}`, placeWithEvidence)
  const counters = await api.read('/v1/devices?kind=traffic_counter&limit=1', ids)
  const alerts = await api.read('/v1/alerts?limit=1', ids)
  const [commune, district] = place.areas

  /** A page is there when its heading is, nothing is being loaded any more, and its parts have drawn themselves. */
  async function isShown(page: Page): Promise<void> {
    await page.getByRole('main').getByRole('heading').first().waitFor()
    // Not until the network is idle: the stream of alerts never ends.
    await expect.poll(() => page.getByText(/^(Loading…|Đang tải…)$/).count(), patience).toBe(0)
  }
  const page = (name: string, address: string): MainPage => ({ name, address, isShown })
  return [
    page('overview', '/'),
    page('district', `/areas/${district?.code}`),
    page('commune', `/areas/${commune?.code}`),
    page('place', `/places/${place.id}`),
    page('device', `/devices/${counters.items[0]?.id}`),
    page('alerts', '/alerts'),
    page('alert', `/alerts/${alerts.items[0]?.id}`),
    page('streets', '/streets'),
    page('data', '/data'),
  ]
}
