/** One alert. */
export function AlertPage({ id }: { readonly id: string }) {
  return <p>{id}</p>
}
