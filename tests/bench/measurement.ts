/**
 * What a measurement of the bench gives back: figures with their units and targets, and how many readings were
 * counted wrong. Each measurement is one file beside this one; main.ts runs them and report.ts prints them.
 */
import { median } from './statistics.ts'

/** What the figure must reach, in the unit of the figure. */
export type Target = { readonly atLeast: number } | { readonly below: number }

export interface Figure {
  readonly name: string
  readonly unit: string
  /** One value a run; the median of them is what counts. */
  readonly runs: readonly number[]
  readonly target?: Target
}

export interface Measurement {
  readonly title: string
  /** What was done, in words. */
  readonly setting: string
  readonly figures: readonly Figure[]
  readonly notes: readonly string[]
  /** Readings that the store lost, doubled or invented: anything but 0 is a fault, whatever the speed. */
  readonly wrong: number
}

/** What every measurement is given. */
export interface Ground {
  /** An existing folder; each measurement makes its own in it, and removes them. */
  readonly folder: string
  /** Tells what is being done. */
  say(line: string): void
}

/** Whether a figure reaches its target; undefined where it has none. */
export function isReached({ runs, target }: Figure): boolean | undefined {
  if (!target || runs.length === 0) return undefined
  const value = median(runs)
  return 'atLeast' in target ? value >= target.atLeast : value < target.below
}
