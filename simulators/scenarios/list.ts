/** The scenarios that there are. A new one is a new file in this folder and one line here. */
import { cameraVandalism } from './camera-vandalism.ts'
import { districtOutage } from './district-outage.ts'
import { flood } from './flood.ts'
import { ordinaryDay } from './ordinary-day.ts'
import { rushHour } from './rush-hour.ts'
import type { Scenario } from './scenario.ts'
import { sensorDrift } from './sensor-drift.ts'

export const scenarios: readonly Scenario[] = [
  ordinaryDay,
  rushHour,
  districtOutage,
  cameraVandalism,
  flood,
  sensorDrift,
]

export const scenarioOf = (name: string) => scenarios.find((scenario) => scenario.name === name)
