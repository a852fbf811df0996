/** Loads the drawing of the map when a map is first on the page, and ends it with the component that shows it. */
import type { RefObject } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { DrawnMap, Events } from './drawing.ts'

export function useDrawnMap(
  target: RefObject<HTMLElement | null>,
  events: Events,
): { readonly drawn: DrawnMap | undefined; readonly hasFailed: boolean } {
  const [drawn, setDrawn] = useState<DrawnMap>()
  const [hasFailed, setFailed] = useState(false)
  const latest = useRef(events)
  latest.current = events

  useEffect(() => {
    let made: DrawnMap | undefined
    let isGone = false
    import('./drawn-map.ts')
      .then(({ createDrawnMap }) => {
        if (isGone || !target.current) return
        made = createDrawnMap({
          target: target.current,
          isStill: matchMedia('(prefers-reduced-motion: reduce)').matches,
          events: {
            onPoint: (thing, pixel) => latest.current.onPoint(thing, pixel),
            onOpen: (thing) => latest.current.onOpen(thing),
            onHint: (hint) => latest.current.onHint(hint),
            onMove: () => latest.current.onMove(),
          },
        })
        setDrawn(made)
      })
      .catch(() => setFailed(true))
    return () => {
      isGone = true
      made?.stop()
    }
  }, [target])

  return { drawn, hasFailed }
}
