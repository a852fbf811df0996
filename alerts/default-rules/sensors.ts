/** Default rules for street sensors: water, air, noise, and the sensors themselves. */
import type { z } from 'zod'
import type { rule } from '../../model/rule.ts'

const scope = { kind: 'street_sensor' } as const

export const sensorRules: readonly z.input<typeof rule>[] = [
  {
    id: 'street-flooded',
    name: 'water over the street',
    title: 'Water stands {value} {unit} over the street at {place}, {area}',
    action:
      'Close the street and show the detour, send pumps and the drainage crew, and look at the cameras for people and vehicles in the water. Public: do not walk or ride into the water; take another way.',
    severity: 'critical',
    // 15 cm reaches the floor of cars and the exhausts of motorcycles, 30 cm floats small cars (US National Weather Service).
    condition: { type: 'threshold', field: 'waterLevel', above: 0.3, clear: 0.2, count: { of: 3, least: 2 } },
    scope,
    public: true,
  },
  {
    id: 'water-rising',
    name: 'water rising fast',
    title:
      'Water rises fast at {place}, {area}: {value} {unit} now, {threshold} {unit} or more within 15 minutes',
    action:
      'Send the drainage crew to the inlets and the pumps, and have barriers ready before the street floods.',
    severity: 'major',
    condition: { type: 'rate', field: 'waterLevel', rises: 0.2, withinSeconds: 900 },
    scope,
  },
  {
    id: 'air-very-unhealthy',
    name: 'very unhealthy air',
    title: 'Fine dust of {value} {unit} at {place}, {area}: very unhealthy air',
    action:
      'Look whether the neighbouring sensors agree; then tell schools and hospitals, stop dusty works nearby and look for fires. Public: keep windows shut and leave hard work and sport outdoors for another day.',
    severity: 'major',
    // 150.5 µg/m³ begins AQI 201, "very unhealthy", in VN_AQI (decision 1459/QĐ-TCMT, 2019), as in the US EPA's table until May 2024
    // (since then 125.5). Both mean an average; here it has to last an hour.
    condition: { type: 'threshold', field: 'pm25', above: 150.5, clear: 125, forSeconds: 3600 },
    scope,
    public: true,
  },
  {
    id: 'noise-high',
    name: 'lasting noise',
    title: '{value} {unit} at {place}, {area}, for half an hour',
    action:
      'Find the source on the cameras; works or an event need a permit for such noise, so send the ward office.',
    severity: 'warning',
    // 85 dB(A) over a working day harms the hearing (QCVN 24:2016/BYT, NIOSH); streets of this city stay below 80.
    condition: { type: 'threshold', field: 'LAeq', above: 85, clear: 80, forSeconds: 1800 },
    scope,
  },
  {
    id: 'sensor-implausible',
    name: 'temperature that cannot be',
    title: '{subject} at {place}, {area}, reads {value} {unit}, which cannot be',
    action:
      'Look whether its neighbours agree; if not, have it cleaned or calibrated, and do not use its values until then.',
    severity: 'warning',
    // The highest ever measured in Viet Nam is 44.2 °C (7 May 2023).
    condition: { type: 'threshold', field: 'temperature', above: 45, clear: 43, count: { of: 5, least: 3 } },
    scope,
  },
  {
    id: 'sensor-implausibly-cold',
    name: 'cold that cannot be',
    title: '{subject} at {place}, {area}, reads {value} {unit}, which cannot be',
    action:
      'Look whether its neighbours agree; if not, have it cleaned or calibrated, and do not use its values until then.',
    severity: 'warning',
    // In the lowlands of Viet Nam it has never frozen; in the mountains of the north it has.
    condition: { type: 'threshold', field: 'temperature', below: 2, clear: 4, count: { of: 5, least: 3 } },
    scope,
  },
  {
    id: 'sensor-stuck',
    name: 'sensor that stands still',
    title: '{subject} at {place}, {area}, has read {value} {unit} again and again for two hours',
    action:
      'Restart it from afar and look whether it moves again; else have it changed, and do not use its values since then.',
    severity: 'warning',
    // Read to a tenth of a degree, the air outdoors is not the same for two hours, not even at night.
    condition: { type: 'still', field: 'temperature', forSeconds: 7200 },
    scope,
  },
  {
    id: 'sensor-jumping',
    name: 'temperature that jumps',
    title: '{subject} at {place}, {area}: the temperature has jumped to {value} {unit} within 5 minutes',
    action: 'Look whether it burns there; else the sensor is loose or worn: have it looked at.',
    severity: 'warning',
    condition: { type: 'rate', field: 'temperature', rises: 10, withinSeconds: 300 },
    scope,
  },
  {
    id: 'sensor-battery-low',
    name: 'sensor battery low',
    title: 'The battery of {subject} at {place}, {area}, is down to {value} {unit}',
    action:
      'Plan a visit within three days: clean the solar panel and measure the battery, and change it when it is worn.',
    severity: 'warning',
    // Above the 5 % of its own fault, so that there is time to go there; solar ones go up and down by 20 points a day.
    condition: {
      type: 'threshold',
      field: 'batteryLevel',
      below: 0.15,
      clear: 0.3,
      count: { of: 3, least: 3 },
    },
    scope,
  },
  {
    id: 'sensor-silent',
    name: 'street sensor silent',
    title: 'Sensor {subject} at {place}, {area}, has been silent for {value} {unit}',
    action:
      'In a flood treat its last value as still true. Else restart its gateway, and send a technician when it stays silent for an hour.',
    severity: 'warning',
    condition: { type: 'silence' },
    scope,
    storm: { share: 0.3, least: 5, withinSeconds: 120 },
  },
]
