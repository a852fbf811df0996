/**
 * The keys of the list. Single letters work only while a row has the focus (WCAG 2.2, 2.1.4), so that they take nothing from
 * fields, from the browser or from a screen reader's own keys.
 */

export type KeyCommand =
  | { readonly move: 'next' | 'previous' | 'first' | 'last' | 'pageDown' | 'pageUp' }
  | { readonly act: 'acknowledge' | 'assign' | 'shelve' | 'comment' | 'clear' }
  | { readonly other: 'fresh' | 'help' | 'close' }

const commands: Readonly<Record<string, KeyCommand>> = {
  ArrowDown: { move: 'next' },
  j: { move: 'next' },
  ArrowUp: { move: 'previous' },
  k: { move: 'previous' },
  Home: { move: 'first' },
  End: { move: 'last' },
  PageDown: { move: 'pageDown' },
  PageUp: { move: 'pageUp' },
  a: { act: 'acknowledge' },
  m: { act: 'assign' },
  s: { act: 'shelve' },
  c: { act: 'comment' },
  x: { act: 'clear' },
  n: { other: 'fresh' },
  '?': { other: 'help' },
  Escape: { other: 'close' },
}

/** What of a KeyboardEvent counts. */
interface PressedKey {
  readonly key: string
  readonly ctrlKey: boolean
  readonly altKey: boolean
  readonly metaKey: boolean
}

/** undefined: the key is not the list's. With Ctrl, Alt or Meta it is the browser's. */
export function commandOf(event: PressedKey): KeyCommand | undefined {
  if (event.ctrlKey || event.altKey || event.metaKey) return undefined
  return Object.hasOwn(commands, event.key) ? commands[event.key] : undefined
}

const pageOfRows = 10

/** The row to go to, by its number; rows count from 0. */
export function movedTo(
  move: Extract<KeyCommand, { move: string }>['move'],
  at: number,
  count: number,
): number {
  const to = {
    next: at + 1,
    previous: at - 1,
    first: 0,
    last: count - 1,
    pageDown: at + pageOfRows,
    pageUp: at - pageOfRows,
  }[move]
  return Math.max(0, Math.min(count - 1, to))
}

/** As the help shows them, with the name of their words. */
export const keyHelp = [
  ['↓ ↑ / j k', 'move'],
  ['Home End', 'ends'],
  ['Enter', 'open'],
  ['a', 'acknowledge'],
  ['m', 'assign'],
  ['s', 'shelve'],
  ['c', 'comment'],
  ['x', 'clear'],
  ['n', 'fresh'],
  ['Esc', 'close'],
] as const
