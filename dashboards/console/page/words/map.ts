/** Words of the map: what the people who use it read, in both languages. */
import { inBoth } from './define.ts'

export const map = inBoth({
  en: { title: 'Map of the city', target: 'Target' },
  vi: { title: 'Bản đồ thành phố', target: 'Mục tiêu' },
})
