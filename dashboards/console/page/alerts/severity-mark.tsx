/** How grave an alert is, as a shape: the same ones as on the map (map/signs.ts), told apart without their colours. */
import type { Severity } from '../../../../model/alert.ts'

const triangle = 'M8 1.8 15 14H1z'
const shapes: Readonly<Record<Severity, preact.JSX.Element>> = {
  critical: (
    <>
      <path d="M5.1 1h5.8L15 5.1v5.8L10.9 15H5.1L1 10.9V5.1z" />
      <path class="severity__ink" d="M7.1 3.8h1.8v5H7.1zm0 6.2h1.8v1.9H7.1z" />
    </>
  ),
  major: (
    <>
      <path d={triangle} />
      <path class="severity__ink" d="M7.2 5.8h1.6v4H7.2zm0 5h1.6v1.6H7.2z" />
    </>
  ),
  warning: (
    <>
      <path d={triangle} fill="none" stroke="currentColor" stroke-width="1.7" stroke-linejoin="round" />
      <path d="M7.3 6.2h1.4v3.4H7.3zm0 4.3h1.4V12H7.3z" />
    </>
  ),
  info: (
    <>
      <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="1.7" />
      <path d="M7.2 4.6h1.6v1.6H7.2zm0 2.7h1.6v4.2H7.2z" />
    </>
  ),
}

/** Hidden from screen readers: the word stands beside it. */
export function SeverityMark({ severity }: { readonly severity: Severity }) {
  return (
    <svg
      class={`severity severity--${severity}`}
      viewBox="0 0 16 16"
      fill="currentColor"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      {shapes[severity]}
    </svg>
  )
}
