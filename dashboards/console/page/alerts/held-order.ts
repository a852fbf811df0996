/**
 * The order of the list, held while somebody works in it: rows change where they stand, what is new waits to be shown, and
 * what has ended stays until then, so that nothing moves away under a hand or an eye.
 */
import type { NamedAlert } from '../../../../model/answers/alerts.ts'

export interface Row {
  readonly alert: NamedAlert
  /** It is not in the list any more; shown until the list is renewed. */
  readonly isOver: boolean
}

export interface Arrangement {
  readonly rows: readonly Row[]
  /** What is not shown yet, the most urgent first. */
  readonly fresh: readonly NamedAlert[]
  readonly over: number
}

export interface HeldOrder {
  /**
   * `wanted`: what the filters let through, in order. `current`: every alert there is, for those that no longer pass the
   * filter; `ended`: as they left. `isHeld`: somebody works in the list.
   */
  arrange(options: {
    wanted: readonly NamedAlert[]
    current: ReadonlyMap<number, NamedAlert>
    ended: ReadonlyMap<number, NamedAlert>
    isHeld: boolean
  }): Arrangement
  /** The next arrangement is made anew. */
  renew(): void
}

export function createHeldOrder(): HeldOrder {
  /** The last that was known of each row, in the order of the rows. */
  let held: Map<number, NamedAlert> | undefined

  return {
    arrange({ wanted, current, ended, isHeld }) {
      if (!isHeld || !held) {
        held = new Map(wanted.map((alert) => [alert.id, alert]))
        return { rows: wanted.map((alert) => ({ alert, isOver: false })), fresh: [], over: 0 }
      }
      const before = held
      const rows = [...before.values()].map((last): Row => {
        const now = current.get(last.id)
        if (now) return { alert: now, isOver: false }
        return { alert: ended.get(last.id) ?? last, isOver: true }
      })
      held = new Map(rows.map(({ alert }) => [alert.id, alert]))
      return {
        rows,
        fresh: wanted.filter(({ id }) => !before.has(id)),
        over: rows.filter(({ isOver }) => isOver).length,
      }
    },
    renew() {
      held = undefined
    },
  }
}
