/**
 * What is asked of the page itself, from within: whether its layout holds at a size, and every word that it shows. The
 * functions run in the browser, so that nothing outside of them may be used there.
 */
import type { Page } from 'playwright-core'
import { z } from 'zod'

const texts = z.array(z.string())

/** What is wrong with the layout, in words: things wider than the screen, header controls clipped or on one another. */
export async function layoutFaults(page: Page): Promise<string[]> {
  const found = await page.locator('html').evaluate((html) => {
    const wrong: string[] = []
    if (html.scrollWidth > html.clientWidth + 1)
      wrong.push(`the page is ${html.scrollWidth} wide on a screen of ${html.clientWidth}`)
    const controls = [...html.querySelectorAll('header a, header button, header input')]
      .filter((element) => element.checkVisibility())
      .map((element) => ({
        element,
        name: `${element.getAttribute('aria-label') ?? element.textContent}`.trim(),
        box: element.getBoundingClientRect(),
      }))
      .filter(({ box }) => box.width > 1 && box.height > 1)
    for (const { element, name, box } of controls) {
      if (box.left < -1 || box.right > html.clientWidth + 1) wrong.push(`"${name}" reaches out of the screen`)
      if (element.tagName !== 'INPUT' && element.scrollWidth > element.clientWidth + 1)
        wrong.push(`"${name}" is clipped`)
    }
    for (const [index, one] of controls.entries())
      for (const other of controls.slice(index + 1)) {
        if (one.element.contains(other.element) || other.element.contains(one.element)) continue
        const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left)
        const down = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top)
        if (across > 1 && down > 1) wrong.push(`"${one.name}" lies over "${other.name}"`)
      }
    return wrong
  })
  return texts.parse(found)
}

/** Every text that a person may see or hear, apart from what is marked as being in another language. */
export async function textsOf(page: Page): Promise<string[]> {
  const found = await page.locator('html').evaluate((html) => {
    const language = html.getAttribute('lang')
    const said: string[] = [html.ownerDocument.title]
    for (const element of html.querySelectorAll('body, body *')) {
      if (['SCRIPT', 'NOSCRIPT', 'STYLE'].includes(element.tagName)) continue
      if (element.closest('[lang]')?.getAttribute('lang') !== language) continue
      for (const node of element.childNodes) if (node.nodeType === 3) said.push(node.nodeValue ?? '')
      for (const name of ['aria-label', 'title', 'placeholder', 'alt'])
        said.push(element.getAttribute(name) ?? '')
    }
    return said.map((text) => text.replaceAll(/\s+/g, ' ').trim()).filter(Boolean)
  })
  return [...new Set(texts.parse(found))]
}
