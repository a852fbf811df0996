/** Traffic and environment. */
export function StreetsPage({ query }: { readonly query: URLSearchParams }) {
  return <p>{String(query)}</p>
}
