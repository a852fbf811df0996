/** The page of one place. */
export function PlacePage(_props: { readonly id: string }) {
  return null
}
