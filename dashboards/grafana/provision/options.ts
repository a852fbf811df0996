/**
 * The command line of `npm run grafana -- provision`: one table of options, from which the parser, the checks and the
 * help text come; secrets from a file or from the settings. Called by command.ts.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { messageOf } from '../../../model/errors.ts'
import { parseDuration, second } from '../../../model/time.ts'
import type { Contact } from './contact-point.ts'
import type { InfluxAccess } from './data-source.ts'
import type { SignIn } from './http.ts'
import { folderTitle } from './names.ts'
import type { Wishes } from './step.ts'

/** What comes from the settings where the command line does not say it. Empty: not set. */
export interface Defaults {
  readonly token: string
  readonly password: string
  readonly influx: {
    readonly url: string
    readonly bucket: string
    readonly token: string
    readonly user: string
    readonly password: string
  }
}

const address = (example: string) =>
  z
    .string()
    .refine(
      (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
      `an address such as ${example}`,
    )
    .refine((text) => {
      const { username, password } = URL.canParse(text) ? new URL(text) : { username: '', password: '' }
      return username === '' && password === ''
    }, 'an address without user and password; those have options of their own')
    .transform((text) => text.replace(/\/+$/, ''))
const span = z
  .string()
  .transform(parseDuration)
  .refine((ms) => ms >= second, 'a duration such as 30s or 2m')
const secret = (meaning: string) => z.string().min(1).optional().describe(`${meaning}; @file: from that file`)

const schema = z.strictObject({
  url: address('http://grafana:3000').describe('The address of Grafana, with its path where it has one'),
  token: secret('A token of a service account with the role Admin (LANTERN_GRAFANA_TOKEN)'),
  user: z.string().min(1).optional().describe('In place of a token: a user with the role Admin'),
  password: secret("That user's password (LANTERN_GRAFANA_PASSWORD)"),
  'influx-url': address('http://influx:8086')
    .optional()
    .describe('The address of InfluxDB as Grafana reaches it (LANTERN_INFLUX_URL)'),
  bucket: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, '1 to 64 of A–Z a–z 0–9 . _ -, a letter or digit first')
    .optional()
    .describe('Its bucket, or database in 1.x (LANTERN_INFLUX_BUCKET)'),
  'influx-token': secret('InfluxDB 2.x: a token that may read the bucket (LANTERN_INFLUX_TOKEN)'),
  'influx-user': z.string().min(1).optional().describe('InfluxDB 1.x: a user (LANTERN_INFLUX_USER)'),
  'influx-password': secret('InfluxDB 1.x: its password (LANTERN_INFLUX_PASSWORD)'),
  webhook: secret('Where alerts are sent: an address that takes them'),
  email: z
    .string()
    .regex(/^[^\s,;@]+@[^\s,;@]+([,;][^\s,;@]+@[^\s,;@]+)*$/, 'one or more addresses, with commas between')
    .optional()
    .describe('Or: e-mail addresses, with commas'),
  folder: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .default(folderTitle)
    .describe('The title of a folder that is to be made'),
  dashboards: z
    .string()
    .min(1)
    .default(fileURLToPath(new URL('../dashboards/', import.meta.url)))
    .describe("The folder with the dashboards' JSON"),
  overwrite: z.boolean().default(false).describe('Take over what others have changed in Grafana'),
  renew: z
    .boolean()
    .default(false)
    .describe('Write secrets again: Grafana does not show whether they are the same'),
  wait: span.prefault('60s').describe('How long to wait for a Grafana that is starting'),
  timeout: span.prefault('30s').describe('How long one answer may take'),
  'dry-run': z.boolean().default(false).describe('Say what would be done, and change nothing'),
})
const flags = ['overwrite', 'renew', 'dry-run']
const secretNames = ['token', 'password', 'influx-token', 'influx-password', 'webhook'] as const

export interface Call {
  readonly url: string
  readonly signIn: SignIn
  readonly wishes: Omit<Wishes, 'dashboards'>
  /** The folder with the dashboards' JSON. */
  readonly dashboards: string
  /** ms */
  readonly wait: number
  readonly timeout: number
  readonly dryRun: boolean
  /** What must appear in no output. */
  readonly secrets: readonly string[]
}

/** Raises an Error that names each wrong option and what was expected; it shows no value of an option. */
export function readCall(args: readonly string[], defaults: Defaults): Call {
  const { values } = parseArgs({
    args: [...args],
    strict: true,
    allowPositionals: false,
    options: Object.fromEntries(
      Object.keys(schema.shape).map((name) => [
        name,
        { type: flags.includes(name) ? ('boolean' as const) : ('string' as const) },
      ]),
    ),
  })
  const parsed = schema.safeParse(values)
  if (!parsed.success)
    throw new Error(
      parsed.error.issues
        .map(({ path: [name = ''], message }) =>
          values[String(name)] === undefined
            ? `--${String(name)} is needed`
            : `--${String(name)}: ${message}`,
        )
        .join('\n'),
    )
  const given = { ...parsed.data }
  for (const name of secretNames) {
    const text = given[name]
    if (text?.startsWith('@')) given[name] = fromFile(name, text.slice(1))
  }
  return {
    url: given.url,
    signIn: signInOf(given, defaults),
    wishes: {
      folder: given.folder,
      influx: influxOf(given, defaults.influx),
      contact: contactOf(given),
      overwrite: given.overwrite,
      renew: given.renew,
    },
    dashboards: given.dashboards,
    wait: given.wait,
    timeout: given.timeout,
    dryRun: given['dry-run'],
    secrets: [
      ...secretNames.map((name) => given[name] ?? ''),
      ...[defaults.token, defaults.password, defaults.influx.token, defaults.influx.password],
    ].filter(Boolean),
  }
}

type Given = z.output<typeof schema>

function fromFile(name: string, file: string): string {
  const text = (() => {
    try {
      return readFileSync(file, 'utf8').trim()
    } catch (thrown) {
      throw new Error(`--${name}: ${messageOf(thrown)}`)
    }
  })()
  if (text === '') throw new Error(`--${name}: the file ${file} is empty`)
  return text
}

function signInOf({ token, user, password }: Given, defaults: Defaults): SignIn {
  if (token !== undefined && user !== undefined) throw new Error('say either --token or --user, not both')
  if (password !== undefined && user === undefined) throw new Error('--password needs --user')
  if (user !== undefined) {
    const known = password ?? defaults.password
    if (known === '') throw new Error('--user needs --password, or LANTERN_GRAFANA_PASSWORD')
    return { by: 'password', user, password: known }
  }
  const known = token ?? defaults.token
  if (known === '')
    throw new Error('a sign-in is needed: --token (or LANTERN_GRAFANA_TOKEN), or --user and --password')
  // A line break in a header is an attack, and a file with two lines a mistake.
  if (/[^\x21-\x7e]/.test(known))
    throw new Error('--token: a token has no spaces and no other characters than ASCII')
  return { by: 'token', token: known }
}

function influxOf(given: Given, defaults: Defaults['influx']): Wishes['influx'] {
  const url = given['influx-url'] ?? defaults.url
  if (url === '') throw new Error('the address of InfluxDB is needed: --influx-url, or LANTERN_INFLUX_URL')
  return { url, bucket: given.bucket ?? defaults.bucket, access: accessOf(given, defaults) }
}

function accessOf(given: Given, defaults: Defaults['influx']): InfluxAccess {
  const { 'influx-token': token, 'influx-user': user, 'influx-password': password } = given
  if (token !== undefined && user !== undefined)
    throw new Error('say either --influx-token (2.x) or --influx-user (1.x), not both')
  if (password !== undefined && user === undefined && defaults.user === '')
    throw new Error('--influx-password needs --influx-user')
  if (token !== undefined) return { by: 'token', token }
  if (user !== undefined || password !== undefined)
    return { by: 'password', user: user ?? defaults.user, password: password ?? defaults.password }
  if (defaults.token !== '') return { by: 'token', token: defaults.token }
  if (defaults.user !== '') return { by: 'password', user: defaults.user, password: defaults.password }
  return { by: 'nothing' }
}

function contactOf({ webhook, email }: Given): Contact | undefined {
  if (webhook !== undefined && email !== undefined)
    throw new Error('say either --webhook or --email, not both')
  if (email !== undefined) return { type: 'email', addresses: email.split(/[,;]/) }
  if (webhook === undefined) return undefined
  if (!URL.canParse(webhook) || !/^https?:$/.test(new URL(webhook).protocol))
    throw new Error('--webhook: an address such as https://city.example/alerts')
  return { type: 'webhook', url: webhook }
}

/** The options with their meanings, for the help. */
export function optionLines(): string[] {
  const shape = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }).properties ?? {}
  return Object.entries(shape).map(([name, property]) => {
    const { description = '', default: fallback } = typeof property === 'object' ? property : {}
    const shown =
      fallback === undefined || flags.includes(name) || name === 'dashboards' ? '' : ` [${String(fallback)}]`
    return `  --${name.padEnd(15)} ${description}${shown}`
  })
}
