/** How the values of a field are written: shares as percentages, numbers with as many digits as they deserve and their unit. */
import type { Format } from '../words/format.ts'

export interface Written {
  /** With its unit. */
  value(value: number): string
  /** Without, where the unit stands beside; a share keeps its sign. */
  bare(value: number): string
  /** At an axis: no more digits than it takes. */
  tick(value: number): string
  /** A difference with its sign, with the unit and without. */
  difference(value: number): string
  bareDifference(value: number): string
  readonly unit: string
}

/** `unit`: as a kind has it; empty is a share. `words`: units that a language writes in its own way. */
export function writtenIn(
  f: Pick<Format, 'locale'>,
  options: {
    unit: string
    digits?: number
    words?: Readonly<Record<string, string>>
    points?: string
  },
): Written {
  const { unit, digits = 1, words = {}, points = '' } = options
  const isShare = unit === ''
  const name = isShare ? '%' : (words[unit] ?? unit)
  const spaced = isShare || name === '' ? name : `\u00a0${name}`
  const numbers = new Intl.NumberFormat(f.locale, { maximumFractionDigits: digits })
  const fixed = new Intl.NumberFormat(f.locale, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
  const signed = new Intl.NumberFormat(f.locale, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    signDisplay: 'exceptZero',
  })
  const scaled = (value: number) => (isShare ? value * 100 : value)
  return {
    unit: name,
    tick: (value) => `${numbers.format(scaled(value))}${isShare ? '%' : ''}`,
    bare: (value) => `${fixed.format(scaled(value))}${isShare ? '%' : ''}`,
    value: (value) => `${(unit === '1' ? numbers : fixed).format(scaled(value))}${spaced}`,
    bareDifference: (value) => signed.format(scaled(value)),
    difference: (value) => `${signed.format(scaled(value))}${isShare ? `\u00a0${points}` : spaced}`,
  }
}
