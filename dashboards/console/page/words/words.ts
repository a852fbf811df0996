/** All words of the page, by language and part. Names, places and what rules say come from the city itself. */
import { alerts } from './alerts.ts'
import { coverage } from './coverage.ts'
import type { Language } from './define.ts'
import { map } from './map.ts'
import { shell } from './shell.ts'
import { streets } from './streets.ts'
import { things } from './things.ts'

export function wordsOf(language: Language) {
  return {
    shell: shell[language],
    coverage: coverage[language],
    things: things[language],
    map: map[language],
    alerts: alerts[language],
    streets: streets[language],
  }
}

export type Words = ReturnType<typeof wordsOf>
