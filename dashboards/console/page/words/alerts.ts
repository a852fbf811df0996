/** Words of the alerts: what the people who use it read, in both languages. */
import { inBoth } from './define.ts'

export const alerts = inBoth({
  en: {},
  vi: {},
})
