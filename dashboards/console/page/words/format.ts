/**
 * Numbers, shares, times and ages as people of a language write them, in the city's time zone: what a screen in the
 * control room shows is the city's time, wherever its browser stands.
 */
import type { Language } from './define.ts'

const locales: Readonly<Record<Language, string>> = { vi: 'vi-VN', en: 'en-GB' }
const ages = [
  { unit: 'day', ms: 86_400_000 },
  { unit: 'hour', ms: 3_600_000 },
  { unit: 'minute', ms: 60_000 },
  { unit: 'second', ms: 1000 },
] as const

export type Format = ReturnType<typeof formatIn>

/** Moments are epoch ms; shares 0–1; what is null is a dash. */
export function formatIn(language: Language, timeZone: string) {
  const locale = locales[language]
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 })
  const fine = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 })
  const percent = new Intl.NumberFormat(locale, {
    style: 'percent',
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  })
  const points = new Intl.NumberFormat(locale, {
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
    signDisplay: 'exceptZero',
  })
  const fixed = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 })
  const time = { hour: '2-digit', minute: '2-digit', second: '2-digit' } as const
  const clock = new Intl.DateTimeFormat(locale, { ...time, timeZone })
  const hour = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', timeZone })
  const date = { day: '2-digit', month: '2-digit', year: 'numeric' } as const
  const day = new Intl.DateTimeFormat(locale, { ...date, timeZone })
  const moment = new Intl.DateTimeFormat(locale, { ...date, ...time, timeZone })
  const lengths = Object.fromEntries(
    ages.map(({ unit }) => [
      unit,
      new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }),
    ]),
  )

  /** A length of time in its largest unit, such as "3 minutes". */
  function length(ms: number): string {
    const { unit, ms: size } = ages.find(({ ms: size }) => ms >= size) ?? { unit: 'second', ms: 1000 }
    return lengths[unit]?.format(Math.max(0, Math.floor(ms / size))) ?? ''
  }

  return {
    language,
    locale,
    timeZone,
    whole: (value: number | null) => (value === null ? '–' : whole.format(value)),
    fine: (value: number | null) => (value === null ? '–' : fine.format(value)),
    share: (value: number | null) => (value === null ? '–' : percent.format(value)),
    /** Percentage points with their sign: a share's distance from another. */
    points: (value: number | null) => (value === null ? '–' : points.format(value * 100)),
    /** The same without the sign, where words say which way. */
    distance: (value: number) => fixed.format(Math.abs(value) * 100),
    clock: (at: number) => clock.format(at),
    hour: (at: number) => hour.format(at),
    day: (at: number) => day.format(at),
    moment: (at: number) => moment.format(at),
    length,
  }
}
