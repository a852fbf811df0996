/** For how long an alert can be put out of sight: a few lengths that fit a shift, and until the next morning of the city. */

export const shelfLengths = ['hour', 'shift', 'day', 'tomorrow', 'week'] as const
export type ShelfLength = (typeof shelfLengths)[number]

/** When the day shift begins, h. */
export const morningHour = 7

/** As the API takes it. `now`: epoch ms. */
export function durationOf(length: ShelfLength, options: { now: number; timeZone: string }): string {
  if (length === 'tomorrow') return `${minutesToMorning(options)}m`
  return { hour: '1h', shift: '8h', day: '24h', week: '7d' }[length]
}

/** To that hour of the city's next day, by its clock. */
function minutesToMorning({ now, timeZone }: { now: number; timeZone: string }): number {
  const parts = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone })
    .formatToParts(now)
    .map(({ type, value }) => [type, Number(value)] as const)
  const { hour = 0, minute = 0 } = Object.fromEntries(parts)
  return (24 + morningHour) * 60 - (hour * 60 + minute)
}
