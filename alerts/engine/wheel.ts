/**
 * A timing wheel: things that are due at some time, 100,000 of them at the cost of none. Putting off costs nothing at all
 * (only `due` is written; the wheel looks again when the old time comes), so a reading never touches the wheel.
 */

/** Something that can be due. Both times are epoch ms; `slotAt` belongs to the wheel. */
export interface Timed {
  /** When it is due; Infinity: never. May be moved later freely; to move it earlier, call `put`. */
  due: number
  /** The slot that it really lies in; 0: in none. */
  slotAt: number
}

export interface Wheel<T extends Timed> {
  /** Has `item.due` noticed. */
  put(item: T): void
  /** Takes out what is due at `now` or before, in no particular order; whoever gets it puts it back when it is due again. */
  take(now: number): T[]
}

/** `slotMs`: how exact; `slots`: what is due later than one turn is looked at once a turn. */
export function createWheel<T extends Timed>(options: { slotMs?: number; slots?: number } = {}): Wheel<T> {
  const { slotMs = 250, slots = 4096 } = options
  const ring: T[][] = Array.from({ length: slots }, () => [])
  /** The end of the newest slot that was emptied. */
  let reached = Number.NaN

  function put(item: T): void {
    if (item.due === Number.POSITIVE_INFINITY) return
    const earliest = Number.isNaN(reached) ? -1 : reached + slotMs
    const wanted = Math.max(Math.ceil(item.due / slotMs) * slotMs, earliest, slotMs)
    const latest = Number.isNaN(reached) ? wanted : reached + slotMs * (slots - 1)
    const slot = Math.min(wanted, latest)
    // It lies in an earlier slot already, and is looked at there.
    if (item.slotAt !== 0 && item.slotAt <= slot) return
    item.slotAt = slot
    ring[(slot / slotMs) % slots]?.push(item)
  }

  return {
    put,
    take(now) {
      const due: T[] = []
      const until = Math.floor(now / slotMs) * slotMs
      // The first time, or after a long pause, one turn sees everything.
      const from =
        Number.isNaN(reached) || until - reached > slotMs * slots ? until - slotMs * slots : reached
      for (let slot = from + slotMs; slot <= until; slot += slotMs) {
        const index = (slot / slotMs) % slots
        const items = ring[index] ?? []
        reached = Number.isNaN(reached) ? slot : Math.max(reached, slot)
        if (items.length === 0) continue
        ring[index] = []
        for (const item of items) {
          // An entry that was left behind when the item was put into an earlier slot, or that lies a turn ahead.
          if (item.slotAt > until) {
            if ((item.slotAt / slotMs) % slots === index) ring[index]?.push(item)
            continue
          }
          if (item.slotAt === 0) continue
          item.slotAt = 0
          if (item.due <= until) due.push(item)
          else put(item)
        }
      }
      reached = until
      return due
    },
  }
}
