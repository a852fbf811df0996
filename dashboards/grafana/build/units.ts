/** The units of what is shown, as Grafana names them, and numbers with their unit for sentences. */
import * as units from '@grafana/grafana-foundation-sdk/units'

export const unit = {
  count: units.NoUnit,
  share: units.PercentUnit,
  perHour: 'suffix: /h',
  vehiclesPerHour: 'suffix: vehicles/h',
  speed: units.KilometersPerHour,
  concentration: units.MicrogramPerCubicMeter,
  /** Weighted for the ear, which Grafana's own decibel does not say. */
  noise: 'suffix: dB(A)',
  metres: units.Meter,
  celsius: units.Celsius,
  bitRate: units.KilobitsPerSecond,
  framesPerSecond: 'suffix: frames/s',
  seconds: units.Seconds,
  milliseconds: units.Milliseconds,
  bytes: units.BytesIEC,
  perSecond: 'suffix: /s',
  degrees: units.Degrees,
  lux: units.Lux,
  sinceThen: units.DateTimeFromNow,
  text: units.String,
} as const

/** For sentences in descriptions. */
export function withUnit(value: number, id: string): string {
  if (id === unit.share) return `${Math.round(value * 1000) / 10} %`
  if (id.startsWith('suffix:')) return `${value}${id.slice('suffix:'.length)}`
  const written: Readonly<Record<string, string>> = {
    [unit.concentration]: ' µg/m³',
    [unit.metres]: ' m',
    [unit.seconds]: ' s',
    [unit.speed]: ' km/h',
    [unit.celsius]: ' °C',
  }
  return `${value}${written[id] ?? ''}`
}
