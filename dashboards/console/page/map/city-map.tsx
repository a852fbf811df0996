/** The map of the city. */
export function CityMap(_props: {
  readonly within: string | null
  readonly place?: string | null
  readonly height?: 'page' | 'small'
}) {
  return null
}
