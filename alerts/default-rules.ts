/**
 * The rules that a city can start with: seeded into a registry that has none, and from then on data like any other. Each
 * says what it watches and what a person shall do then; where a number comes from somewhere, it says so.
 */
import { type Rule, rule } from '../model/rule.ts'
import { cameraRules } from './default-rules/cameras.ts'
import { coverageRules } from './default-rules/coverage.ts'
import { sensorRules } from './default-rules/sensors.ts'
import { trafficRules } from './default-rules/traffic.ts'

export const defaultRules: readonly Rule[] = [
  ...cameraRules,
  ...coverageRules,
  ...trafficRules,
  ...sensorRules,
].map((input) => rule.parse(input))
