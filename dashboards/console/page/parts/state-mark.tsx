/** What is proved of a place as a mark: a disc, a diamond or a hollow square, so that it is told by its shape as well. */
import type { CoverageState } from '../../../../model/place.ts'

const shapes: Readonly<Record<CoverageState, preact.JSX.Element>> = {
  working: <circle cx="8" cy="8" r="5.5" />,
  installed: <path d="M8 1l7 7-7 7-7-7z" />,
  none: <rect x="3" y="3" width="10" height="10" rx="1" fill="none" stroke="currentColor" stroke-width="2" />,
}

/** Hidden from screen readers: words stand beside it. */
export function StateMark({ state }: { readonly state: CoverageState }) {
  return (
    <svg class={`mark mark--${state}`} viewBox="0 0 16 16" fill="currentColor" aria-hidden="true">
      {shapes[state]}
    </svg>
  )
}
