/**
 * The addresses of the console's pages: the API answers each with the page, the console reads where it is from
 * them, and an alert that is sent out links to its own.
 */

/** Each page and the pattern of its path; `:name` is one segment. */
export const pages = {
  overview: '/',
  area: '/areas/:code',
  place: '/places/:id',
  device: '/devices/:id',
  alerts: '/alerts',
  alert: '/alerts/:id',
  streets: '/streets',
  data: '/data',
  signIn: '/sign-in',
} as const

/** The page of an alert, below the address under which people reach Lantern. */
export function alertPage(publicUrl: string, id: number): string {
  return `${publicUrl}${pages.alert.replace(':id', String(id))}`
}
