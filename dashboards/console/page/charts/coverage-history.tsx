/** How the coverage of an area came about. */
export function CoverageHistory(_props: { readonly code: string | null }) {
  return null
}
