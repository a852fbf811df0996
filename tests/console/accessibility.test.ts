/**
 * Every main page for those who read it with a screen reader, a keyboard or poor sight: axe-core finds nothing serious by
 * the rules of WCAG 2.2 AA, in dark and light, on a phone and at a desk.
 */
import axe from 'axe-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { expectClean, hasChromium, needsChromium, signIn } from '../support/browser.ts'
import { startDemonstration } from '../support/console-city.ts'
import { type MainPage, mainPages } from './main-pages.ts'
import { useConsole } from './person.ts'

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
const findings = z.array(
  z.object({
    id: z.string(),
    impact: z.string().nullish(),
    nodes: z.array(z.object({ html: z.string(), failureSummary: z.string().optional() })),
  }),
)

describe.skipIf(!hasChromium)(
  `axe-core finds nothing serious (${needsChromium})`,
  { timeout: 60_000 },
  () => {
    const { city, visit } = useConsole(startDemonstration)
    let pages: MainPage[]
    beforeAll(async () => {
      pages = await mainPages(city())
    })

    test.each([
      ['dark', 'desk', 1440, 900],
      ['light', 'phone', 390, 844],
    ] as const)('%s, on a %s', async (theme, _size, width, height) => {
      // Past the page's own policy, which lets no script in but Lantern's.
      const visited = await visit('/sign-in', { theme, width, height, bypassCSP: true })
      const { page } = visited
      await signIn(page, city().adminKey)
      const serious: string[] = []
      for (const { name, address, isShown } of pages) {
        await page.goto(address)
        await isShown(page)
        await page.addScriptTag({ content: axe.source })
        const found = await page.evaluate(
          `axe.run(document, { runOnly: ${JSON.stringify(tags)}, resultTypes: ['violations'] }).then(({ violations }) => violations)`,
        )
        for (const { id, impact, nodes } of findings.parse(found))
          if (impact === 'serious' || impact === 'critical')
            serious.push(
              ...nodes.map(({ html, failureSummary }) => `${name}: ${id} ${html} ${failureSummary}`),
            )
      }
      expect(serious).toEqual([])
      expectClean(visited)
    })
  },
)
