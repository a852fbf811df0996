/** What a person has chosen for this browser: language and theme. Until then, what the browser says. */
import { effect, type Signal, signal } from '@preact/signals'
import { type Language, languages } from '../words/define.ts'

export type Theme = 'dark' | 'light'

export interface Preferences {
  readonly language: Signal<Language>
  readonly theme: Signal<Theme>
  /** Writes them down and marks the document with them, as they change. */
  start(): void
  stop(): void
}

export function createPreferences(options: {
  storage: Storage | undefined
  document: Document
}): Preferences {
  const { storage, document } = options
  const chosenLanguage = languages.find((one) => one === storage?.getItem('language'))
  const offered = languages.find((one) => one === navigator.language.slice(0, 2))
  const language = signal<Language>(chosenLanguage ?? offered ?? 'vi')
  const chosenTheme = storage?.getItem('theme')
  const prefersLight = matchMedia('(prefers-color-scheme: light)').matches
  const theme = signal<Theme>(
    chosenTheme === 'light' || chosenTheme === 'dark' ? chosenTheme : prefersLight ? 'light' : 'dark',
  )
  let dispose = () => {}

  return {
    language,
    theme,
    start() {
      const first = { language: language.peek(), theme: theme.peek() }
      dispose = effect(() => {
        document.documentElement.lang = language.value
        document.documentElement.dataset.theme = theme.value
        if (language.value !== first.language || chosenLanguage) storage?.setItem('language', language.value)
        if (theme.value !== first.theme || chosenTheme) storage?.setItem('theme', theme.value)
      })
    },
    stop: () => dispose(),
  }
}
