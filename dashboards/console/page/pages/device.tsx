/** The page of one device. */
export function DevicePage(_props: { readonly id: string }) {
  return null
}
