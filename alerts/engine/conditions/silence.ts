/**
 * Nothing heard within so many reporting intervals. Readings do not judge it, time does: the engine keeps a deadline for
 * each device (`wheel.ts`) and puts it off when the device is heard.
 */
import type { Condition } from '../../../model/rule.ts'
import { second } from '../../../model/time.ts'

/** How long a device may be quiet, ms; 0: the rule is not about silence. */
export const silenceLimit = (condition: Condition, device: { reportingIntervalSeconds: number }): number =>
  condition.type === 'silence' ? condition.intervals * device.reportingIntervalSeconds * second : 0

/** Quiet for so long, a device is expected to be silent soon: it has missed one report, and half its limit is over. */
export const suspectAfter = (condition: Condition, device: { reportingIntervalSeconds: number }): number =>
  Math.max(1.5 * device.reportingIntervalSeconds * second, silenceLimit(condition, device) / 2)
