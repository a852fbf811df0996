/**
 * Every main page in both languages, in dark and light, from a phone to a 4K wall: nothing wider than the screen, no
 * control clipped or covered, no word of the other language. The pictures stay in tests/console/pictures to be looked at.
 */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Language } from '../../dashboards/console/page/words/define.ts'
import { wordsOf } from '../../dashboards/console/page/words/words.ts'
import { expectClean, hasChromium, needsChromium, signIn } from '../support/browser.ts'
import { startDemonstration } from '../support/console-city.ts'
import { layoutFaults, textsOf } from './in-page.ts'
import { type MainPage, mainPages } from './main-pages.ts'
import { useConsole } from './person.ts'

const pictures = fileURLToPath(new URL('./pictures', import.meta.url))
const sizes = { phone: [390, 844], desk: [1440, 900], wall: [3840, 2160] } as const

describe.skipIf(!hasChromium)(`languages and sizes (${needsChromium})`, { timeout: 60_000 }, () => {
  const { city, visit } = useConsole(startDemonstration)
  let pages: MainPage[]
  beforeAll(async () => {
    await rm(pictures, { recursive: true, force: true })
    await mkdir(pictures, { recursive: true })
    pages = await mainPages(city())
  })

  test.each([
    ['vi', 'dark', 'phone'],
    ['vi', 'dark', 'desk'],
    ['vi', 'dark', 'wall'],
    ['en', 'light', 'phone'],
    ['en', 'light', 'desk'],
    ['en', 'light', 'wall'],
  ] as const)('%s, %s, on a %s', async (language, theme, size) => {
    const [width, height] = sizes[size]
    const visited = await visit('/sign-in', { language, theme, width, height })
    const { page } = visited
    await signIn(page, city().adminKey)
    const wrong: string[] = []
    for (const { name, address, isShown } of pages) {
      await page.goto(address)
      await isShown(page)
      const html = page.locator('html')
      expect(await html.getAttribute('lang')).toBe(language)
      expect(await html.getAttribute('data-theme')).toBe(theme)
      wrong.push(...(await layoutFaults(page)).map((fault) => `${name}: ${fault}`))
      const left = (await textsOf(page)).filter((text) => isOfOther(text, language))
      wrong.push(...left.map((text) => `${name} says in ${language}: ${text}`))
      await page.screenshot({ path: join(pictures, `${name}-${size}-${theme}-${language}.png`) })
    }
    expect(wrong).toEqual([])
    expectClean(visited)
  })
})

/** Stands for whatever is put into words: a text, a number's form, or a thing with parts. */
const anything: object = new Proxy(() => '…', {
  get: (_target, name) => (name === Symbol.toPrimitive ? () => '…' : anything),
})

/** All that the tables say, as patterns: what is put in may be anything. */
function saidIn(words: object): RegExp[] {
  return Object.values(words).flatMap((word: unknown) => {
    if (typeof word === 'object' && word !== null) return saidIn(word)
    const text = String(typeof word === 'function' ? word(anything, anything, anything, anything) : word)
    // Units, signs and the like are the same everywhere.
    if (!/\p{L}{3}/u.test(text)) return []
    return new RegExp(
      `^${text
        .split('…')
        .map((part) => part.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&'))
        .join('.+')}$`,
      'u',
    )
  })
}

const said: Readonly<Record<Language, readonly RegExp[]>> = {
  en: saidIn(wordsOf('en')),
  vi: saidIn(wordsOf('vi')),
}
/** Words that hardly any sentence does without, in case that one is in no table. */
const small: Readonly<Record<Language, RegExp>> = {
  en: /\b(the|of|and|is|are|with|not|for|from|at)\b/i,
  vi: /(?<!\p{L})(của|được|đang|chưa|những|hoặc|khi)(?!\p{L})/iu,
}

/** Whether a text is of the other language: by the tables, or by its small words. */
function isOfOther(text: string, language: Language): boolean {
  const other = language === 'vi' ? 'en' : 'vi'
  const isSaid = (of: Language) => said[of].some((pattern) => pattern.test(text))
  if (isSaid(language)) return false
  return isSaid(other) || small[other].test(text)
}
