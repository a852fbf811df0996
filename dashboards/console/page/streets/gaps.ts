/** Where the lines of the streets break: when more than one window is missing. */
import { hour, minute } from '../../../../model/time.ts'

export const gaps = { gapMs: 25 * minute, usualGapMs: 1.5 * hour } as const
