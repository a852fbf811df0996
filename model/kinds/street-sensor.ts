/** Street sensors: air, noise, weather, water and light (AirQualityObserved, NoiseLevelObserved and kin). */
import { defineKind, optional, quantity, share } from '../kind.ts'

export const streetSensor = defineKind({
  name: 'street_sensor',
  title: 'Street sensor',
  description:
    'What the air, the noise, the weather, the water and the light are like (Smart Data Models: AirQualityObserved, NoiseLevelObserved and kin). At least one field.',
  shape: {
    pm25: optional(quantity('µg/m³', 'Fine particles, PM2.5', { max: 10_000 })),
    pm10: optional(quantity('µg/m³', 'Particles, PM10', { max: 10_000 })),
    no2: optional(quantity('µg/m³', 'Nitrogen dioxide', { max: 10_000 })),
    o3: optional(quantity('µg/m³', 'Ozone', { max: 10_000 })),
    temperature: optional(quantity('°C', 'Air temperature', { min: -90, max: 90 })),
    relativeHumidity: optional(share('Relative humidity, 0–1')),
    LAeq: optional(quantity('dB(A)', 'Equivalent continuous sound level', { max: 200 })),
    waterLevel: optional(quantity('m', 'Water above the street or the gauge zero', { min: -100, max: 100 })),
    illuminance: optional(quantity('lx', 'Illuminance', { max: 200_000 })),
    batteryLevel: optional(share('Battery charge, 0–1')),
  },
  check: {
    holds: (values) => Object.values(values).some((value) => value !== undefined),
    field: '',
    message: 'has none of the fields of a street sensor: at least one is required',
  },
  defaultIntervalSeconds: 60,
  faultsOf: (values) =>
    typeof values.batteryLevel === 'number' && values.batteryLevel < 0.05 ? ['battery-low'] : [],
})
