/**
 * Every setting of Lantern: one zod schema, parsed once at the start. No other file reads the environment.
 * The README's table is made from this schema, and a test holds the two together.
 */
import { join } from 'node:path'
import { z } from 'zod'
import { LanternError } from './model/errors.ts'
import { timeZone } from './model/time.ts'

const port = z.coerce.number().int().min(0).max(65_535)
const positive = z.coerce.number().int().min(1)

/** The host stands in a Content-Security-Policy, and so is narrower than any that an address may have. */
const tileAddress = /^https?:\/\/([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:\d{1,5})?\/[^\s"'<>]*$/
const isTileTemplate = (url: string) =>
  tileAddress.test(url) &&
  ['{z}', '{x}', '{y}'].every((part) => url.includes(part)) &&
  !/[{}]/.test(url.replaceAll(/\{[zxy]\}/g, ''))

const settings = z.object({
  LANTERN_DATA_DIR: z.string().min(1).default('./data').describe('The folder that holds everything'),
  LANTERN_MQTT_HOST: z.string().min(1).default('127.0.0.1').describe('The address MQTT listens on'),
  LANTERN_MQTT_PORT: port.default(1883).describe('The port of MQTT over TCP; 0 takes a free one'),
  LANTERN_MQTT_MAX_CONNECTIONS: positive.default(20_000).describe('More connections than this are refused'),
  LANTERN_MQTT_MAX_PAYLOAD_BYTES: positive
    .max(16_777_216)
    .default(524_288)
    .describe('A larger message is refused and its connection closed'),
  LANTERN_HTTP_HOST: z.string().min(1).default('127.0.0.1').describe('The address HTTP listens on'),
  LANTERN_HTTP_PORT: port
    .default(8080)
    .describe('The port of HTTP, and of MQTT over WebSocket at /mqtt; 0 takes a free one'),
  LANTERN_SESSION_HOURS: positive
    .max(168)
    .default(12)
    .describe('How long somebody who signed in on the page stays so'),
  LANTERN_LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace'])
    .default('info')
    .describe('What is logged: this and everything graver'),
  LANTERN_JOURNAL_LIMIT_MB: z.coerce
    .number()
    .int()
    .min(16)
    .default(4096)
    .describe('At this size of the journal (MiB) the broker stops acknowledging until ingest has caught up'),
  LANTERN_RETENTION_DAYS: positive.max(3650).default(30).describe('How long every reading is kept'),
  LANTERN_ROLLUP_RETENTION_DAYS: positive
    .max(36_500)
    .default(730)
    .describe('How long the 5-minute roll-ups are kept'),
  LANTERN_TELEMETRY: z
    .enum(['duckdb', 'influxdb'])
    .default('duckdb')
    .describe('Where readings are kept: in a file of its own (duckdb) or on a server (influxdb)'),
  LANTERN_INFLUX_URL: z
    .union([z.literal(''), z.url({ protocol: /^https?$/ })], 'an address such as http://influx:8086')
    .default('')
    .describe('InfluxDB: its address, such as `http://influx:8086`; required with influxdb'),
  LANTERN_INFLUX_BUCKET: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, '1 to 64 of A–Z a–z 0–9 . _ -, a letter or digit first')
    .default('lantern')
    .describe('InfluxDB: the bucket (2.x) or database (1.x)'),
  LANTERN_INFLUX_ORG: z.string().default('').describe('InfluxDB 2.x: the organisation; required there'),
  LANTERN_INFLUX_TOKEN: z.string().default('').describe('InfluxDB 2.x: the token; required there'),
  LANTERN_INFLUX_USER: z.string().default('').describe('InfluxDB 1.x: the user, where it asks for one'),
  LANTERN_INFLUX_PASSWORD: z.string().default('').describe("InfluxDB 1.x: the user's password"),
  LANTERN_PUBLIC_URL: z
    .union([z.literal(''), z.url({ protocol: /^https?$/ })], 'an address such as https://lantern.example')
    .default('')
    .transform((url) => url.replace(/\/+$/, ''))
    .describe('The address under which people reach this Lantern: it stands in alerts and the public feed'),
  LANTERN_BASE_MAP_URL: z
    .string()
    .default('')
    .refine(
      (url) => url === '' || isTileTemplate(url),
      'an address with {z}, {x} and {y}, such as https://tiles.example/{z}/{x}/{y}.png',
    )
    .describe(
      'An outside map under the city, such as `https://tiles.example/{z}/{x}/{y}.png`; unset: none, and nothing is asked of anyone outside',
    ),
  LANTERN_BASE_MAP_ATTRIBUTION: z
    .string()
    .max(200)
    .default('')
    .describe('Whose map it is, as its licence asks to be named; required with LANTERN_BASE_MAP_URL'),
  LANTERN_WEBHOOK_ALLOW: z
    .string()
    .default('')
    .transform((list) => list.split(/[\s,]+/).filter(Boolean))
    .pipe(z.array(z.union([z.cidrv4(), z.cidrv6()], 'ranges such as 10.0.0.0/8, with commas')))
    .describe('Private addresses that webhooks may reach all the same, such as `10.1.0.0/16,127.0.0.1/32`'),
  LANTERN_SMTP_URL: z
    .union([z.literal(''), z.url({ protocol: /^smtps?$/ })], 'an address such as smtp://mail.example:587')
    .default('')
    .describe(
      'The mail server for alerts, such as `smtp://user:password@mail.example:587`; unset: no e-mail',
    ),
  LANTERN_SMTP_FROM: z
    .string()
    .min(3)
    .default('Lantern <lantern@localhost>')
    .describe('The sender of e-mails'),
  LANTERN_GRAFANA_TOKEN: z
    .string()
    .default('')
    .describe('Grafana: the token with which `npm run grafana -- provision` signs in'),
  LANTERN_GRAFANA_PASSWORD: z.string().default('').describe('Grafana: or the password of its `--user`'),
  LANTERN_CITY: z
    .enum(['demo', 'none'])
    .default('demo')
    .describe('What an empty registry is filled with at the first start'),
  LANTERN_FLEET: z
    .enum(['on', 'off'])
    .default('on')
    .describe('Whether the demonstration fleet runs: on or off'),
  LANTERN_GOAL_TARGET: z.coerce
    .number()
    .gt(0)
    .max(1)
    .default(0.7)
    .describe('The share of public places that shall have a camera installed'),
  LANTERN_GOAL_DEADLINE: z.iso.date().default('2025-12-31').describe('The day the goal shall be reached by'),
  LANTERN_TIME_ZONE: timeZone
    .default('Asia/Ho_Chi_Minh')
    .describe('The time zone of the city: where its days begin'),
})

export type Config = z.output<typeof settings>

/** Reads the settings; raises `invalid-settings`, naming each wrong variable and what was expected. */
export function readConfig(environment: Record<string, string | undefined>): Config {
  const given = Object.entries(environment).filter(
    ([name, value]) => name.startsWith('LANTERN_') && value !== '',
  )
  const faults = given
    .filter(([name]) => !(name in settings.shape))
    .map(([field]) => ({ field, message: 'is not a setting of Lantern' }))
  const parsed = settings.safeParse(Object.fromEntries(given))
  if (!parsed.success)
    for (const issue of parsed.error.issues)
      faults.push({
        field: issue.path.join('.'),
        message: `${issue.message} (it is "${environment[String(issue.path[0])]}")`,
      })
  else faults.push(...missingSettings(parsed.data))
  if (!parsed.success || faults.length > 0)
    throw new LanternError(
      'invalid-settings',
      faults.map((fault) => `${fault.field}: ${fault.message}`).join('; '),
      { faults },
    )
  return parsed.data
}

/** What a setting requires of another. */
function missingSettings(config: Config): { field: string; message: string }[] {
  const missing: { field: string; message: string }[] = []
  if (config.LANTERN_TELEMETRY === 'influxdb' && config.LANTERN_INFLUX_URL === '')
    missing.push({
      field: 'LANTERN_INFLUX_URL',
      message: 'is required with LANTERN_TELEMETRY=influxdb, such as http://influx:8086',
    })
  if (config.LANTERN_BASE_MAP_URL !== '' && config.LANTERN_BASE_MAP_ATTRIBUTION.trim() === '')
    missing.push({
      field: 'LANTERN_BASE_MAP_ATTRIBUTION',
      message: 'is required with LANTERN_BASE_MAP_URL, such as © OpenStreetMap contributors',
    })
  return missing
}

/** The outside map; null: none is set. */
export function baseMapOf(config: Config): { url: string; attribution: string } | null {
  const { LANTERN_BASE_MAP_URL: url, LANTERN_BASE_MAP_ATTRIBUTION: attribution } = config
  return url === '' ? null : { url, attribution }
}

/** Where everything lies in the data folder. */
export function dataFiles(folder: string) {
  return {
    journal: join(folder, 'journal'),
    telemetry: join(folder, 'telemetry.duckdb'),
    registry: join(folder, 'registry.sqlite'),
    adminKey: join(folder, 'admin.key'),
  }
}

/** Each setting with its default and meaning, for the README and the test that holds it true. */
export function describeSettings(): { name: string; fallback: string; description: string }[] {
  const schema = z.toJSONSchema(settings, { io: 'input', unrepresentable: 'any' })
  return Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const { default: fallback, description } = z
      .object({ default: z.unknown(), description: z.string() })
      .parse(property)
    return { name, fallback: String(fallback), description }
  })
}
