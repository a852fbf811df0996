/** Words of the streets: what the people who use it read, in both languages. */
import { inBoth } from './define.ts'

export const streets = inBoth({
  en: { fields: {} },
  vi: { fields: {} },
})
