/** The open alerts. */
export function AlertsPage({ query }: { readonly query: URLSearchParams }) {
  return <p>{String(query)}</p>
}
