/**
 * Where one is, as the address bar says it: the pages of model/pages.ts read into a union, and written again as links.
 * What a page shows lies in the path, how it is narrowed in the query, so that an address can be sent to a colleague.
 */
import { pages } from '../../../model/pages.ts'

type PageName = keyof typeof pages

export type Address =
  | { readonly page: 'overview' | 'alerts' | 'streets' | 'data' | 'signIn'; readonly query: URLSearchParams }
  | { readonly page: 'area'; readonly code: string; readonly query: URLSearchParams }
  | { readonly page: 'place' | 'device' | 'alert'; readonly id: string; readonly query: URLSearchParams }

const patterns = Object.entries(pages).map(([page, pattern]) => ({
  page: page as PageName,
  expression: new RegExp(`^${pattern.replace(/:\w+/, '([^/]+)')}/?$`),
}))

/** The address that a URL's path and query stand for; undefined: there is no such page. */
export function readAddress(url: Pick<URL, 'pathname' | 'searchParams'>): Address | undefined {
  for (const { page, expression } of patterns) {
    const match = expression.exec(url.pathname)
    if (!match) continue
    const named = decoded(match[1] ?? '')
    const query = url.searchParams
    if (page === 'area') return { page, code: named, query }
    if (page === 'place' || page === 'device' || page === 'alert') return { page, id: named, query }
    return { page, query }
  }
  return undefined
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

type Query = Readonly<Record<string, string | undefined>>

/** The link to a page: of an area its code, of a place, device or alert its id. */
export function linkTo(page: PageName, named: string | number = '', query: Query = {}): string {
  const path = pages[page].replace(/:\w+/, encodeURIComponent(String(named)))
  const given = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]))
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`
}
