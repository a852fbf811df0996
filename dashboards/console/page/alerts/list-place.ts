/**
 * Where somebody is in the list: its order, the row, how far it is scrolled and how much of it is shown. Kept in the store,
 * so that whoever opens an alert on a phone comes back to the same row and not to the top.
 */
import { createHeldOrder, type HeldOrder } from './held-order.ts'

/** Rows shown before somebody asks for more. */
export const rowsAtOnce = 200

export interface ListPlace {
  /** The filters that the rest belongs to. */
  filters: string
  /** The same as its address has them. */
  query: Readonly<Record<string, string | undefined>>
  readonly order: HeldOrder
  /** The row that the keyboard comes to; undefined: the first. */
  active: number | undefined
  scroll: number
  shown: number
  /** An alert was opened from the list, on a page of its own. */
  isLeft: boolean
}

export function createListPlace(): ListPlace {
  return {
    filters: '',
    query: {},
    order: createHeldOrder(),
    active: undefined,
    scroll: 0,
    shown: rowsAtOnce,
    isLeft: false,
  }
}

/** Begins at the top. */
export function resetListPlace(
  place: ListPlace,
  to: { readonly filters: string; readonly query: ListPlace['query'] },
): void {
  place.filters = to.filters
  place.query = to.query
  place.order.renew()
  place.active = undefined
  place.scroll = 0
  place.shown = rowsAtOnce
  place.isLeft = false
}
