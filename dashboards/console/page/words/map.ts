/** Words of the map: what the people who use it read, in both languages. */
import { inBoth } from './define.ts'

export const map = inBoth({
  en: {},
  vi: {},
})
