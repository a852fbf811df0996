/** The map's keys: arrows move it, + and - zoom, 0 or Home shows all of it, Enter opens what is in the middle. */

export interface KeyActions {
  panBy(right: number, down: number): void
  zoomBy(levels: number): void
  showAll(): void
  open(): void
  dismiss(): void
}

/** What is read of a keyboard's event. */
export interface Pressed {
  readonly key: string
  readonly shiftKey: boolean
  readonly ctrlKey: boolean
  readonly altKey: boolean
  readonly metaKey: boolean
}

/** In CSS pixels; with Shift a fine step. */
const step = 90
const fineStep = 15

/** Whether the key was the map's. Keys with Ctrl, Alt or ⌘ are the browser's. */
export function onMapKey(event: Pressed, actions: KeyActions): boolean {
  if (event.ctrlKey || event.altKey || event.metaKey) return false
  const by = event.shiftKey ? fineStep : step
  const meant: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => actions.panBy(-by, 0),
    ArrowRight: () => actions.panBy(by, 0),
    ArrowUp: () => actions.panBy(0, -by),
    ArrowDown: () => actions.panBy(0, by),
    '+': () => actions.zoomBy(1),
    '=': () => actions.zoomBy(1),
    '-': () => actions.zoomBy(-1),
    _: () => actions.zoomBy(-1),
    '0': actions.showAll,
    Home: actions.showAll,
    Enter: actions.open,
    Escape: actions.dismiss,
  }
  const action = Object.hasOwn(meant, event.key) ? meant[event.key] : undefined
  action?.()
  return action !== undefined
}
