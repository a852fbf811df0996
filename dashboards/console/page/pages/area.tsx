/** The page of one area. */
export function AreaPage(_props: { readonly code: string | null }) {
  return null
}
