/** The settings that depend on one another, and that no message repeats a secret. */
import { describe, expect, it } from 'vitest'
import { baseMapOf, readConfig } from '../config.ts'

describe('the settings of the telemetry store', () => {
  it('are DuckDB without any', () => {
    expect(readConfig({})).toMatchObject({ LANTERN_TELEMETRY: 'duckdb' })
  })

  it('need an address for InfluxDB, and say so', () => {
    expect(() => readConfig({ LANTERN_TELEMETRY: 'influxdb' })).toThrow(/LANTERN_INFLUX_URL: is required/)
    expect(
      readConfig({ LANTERN_TELEMETRY: 'influxdb', LANTERN_INFLUX_URL: 'http://127.0.0.1:8086' }),
    ).toMatchObject({ LANTERN_INFLUX_BUCKET: 'lantern' })
  })

  it.each([
    ['LANTERN_INFLUX_URL', 'influx:8086'],
    ['LANTERN_INFLUX_URL', 'ftp://influx'],
    ['LANTERN_INFLUX_BUCKET', 'a"b'],
    ['LANTERN_TELEMETRY', 'influx'],
  ])('name a wrong %s (%s)', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(name)
  })

  it('of an outside map are an address of tiles and whose they are, or neither', () => {
    const url = 'https://tiles.example:8443/a/{z}/{x}/{y}.png?key=k'
    const attribution = '© The Mappers'
    const set = (more: Record<string, string>) => baseMapOf(readConfig(more))
    expect(set({})).toBeNull()
    expect(set({ LANTERN_BASE_MAP_URL: url, LANTERN_BASE_MAP_ATTRIBUTION: attribution })).toEqual({
      url,
      attribution,
    })
    expect(() => set({ LANTERN_BASE_MAP_URL: url })).toThrow(/LANTERN_BASE_MAP_ATTRIBUTION: is required/)
  })

  it.each([
    'tiles.example/{z}/{x}/{y}.png',
    'ftp://tiles.example/{z}/{x}/{y}.png',
    'https://tiles.example/{z}/{x}.png',
    'https://{s}.tiles.example/{z}/{x}/{y}.png',
    'https://tiles.example/{z}/{x}/{y}{r}.png',
    'https://user:word@tiles.example/{z}/{x}/{y}.png',
    "https://tiles.example;script-src 'unsafe-inline'/{z}/{x}/{y}.png",
    'https://tiles.example*/{z}/{x}/{y}.png',
  ])('refuse %s as an outside map, with the form that is taken', (url) => {
    const settings = { LANTERN_BASE_MAP_URL: url, LANTERN_BASE_MAP_ATTRIBUTION: '© The Mappers' }
    expect(() => readConfig(settings)).toThrow(/LANTERN_BASE_MAP_URL: an address with \{z\}, \{x\} and \{y\}/)
  })

  it('never say a secret', () => {
    const secrets = { LANTERN_INFLUX_TOKEN: 'hush-1', LANTERN_INFLUX_PASSWORD: 'hush-2' }
    expect(() => readConfig({ ...secrets, LANTERN_TELEMETRY: 'influxdb' })).toThrow(/^(?!.*hush).*$/s)
  })
})
