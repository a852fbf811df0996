/**
 * How the map is moved with mouse and fingers without holding fast the page that it stands in: a wheel scrolls the page
 * unless Ctrl (or ⌘) is held or the page has nowhere to scroll, and it takes two fingers to move the map.
 */
import { platformModifierKeyOnly, primaryAction } from 'ol/events/condition'
import DragPan from 'ol/interaction/DragPan'
import Interaction from 'ol/interaction/Interaction'
import MouseWheelZoom from 'ol/interaction/MouseWheelZoom'
import PinchZoom from 'ol/interaction/PinchZoom'

export function gestures(options: {
  isStill: boolean
  onHint(hint: 'wheel' | 'touch'): void
}): Interaction[] {
  const { isStill, onHint } = options
  const duration = isStill ? 0 : 150

  const dragPan: DragPan = new DragPan({
    condition: (event) =>
      isTouch(event.originalEvent) ? dragPan.getPointerCount() >= 2 : primaryAction(event),
  })
  return [
    new Interaction({
      handleEvent(event) {
        if (
          event.type === 'pointerdrag' &&
          isTouch(event.originalEvent) &&
          event.activePointers?.length === 1
        )
          onHint('touch')
        return true
      },
    }),
    dragPan,
    new PinchZoom({ duration }),
    new MouseWheelZoom({
      duration,
      timeout: 40,
      condition(event) {
        const isWheel = event.originalEvent instanceof WheelEvent
        if (!isWheel || platformModifierKeyOnly(event) || event.originalEvent.ctrlKey) return true
        if (!canScroll()) return true
        onHint('wheel')
        return false
      },
    }),
  ]
}

export function isTouch(event: Event): boolean {
  return event instanceof PointerEvent && event.pointerType === 'touch'
}

function canScroll(): boolean {
  const page = document.scrollingElement
  return page !== null && page.scrollHeight > page.clientHeight + 1
}
