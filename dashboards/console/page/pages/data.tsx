/** The page data. */
export function DataPage() {
  return null
}
