/** A day on which nothing special happens: only what is broken by itself is broken. */
import { clockOf, type Scenario } from './scenario.ts'

export const ordinaryDay: Scenario = {
  name: 'ordinary-day',
  summary: 'the city as it is now, by its own clock; a few devices are broken as everywhere',
  course: (setup) => ({ incidents: [], sceneTime: clockOf(setup).sceneTime }),
}
