/**
 * The command line of `npm run simulate`: one table of options, from which the parser, the checks and the
 * help text come. Called by main.ts.
 */
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { parseDuration, second } from '../model/time.ts'
import { scenarios } from './scenarios/list.ts'

const whole = (text: string) => (/^\d{1,9}$/.test(text) ? Number(text) : Number.NaN)

const address = (protocols: string, example: string) =>
  z.string().refine((text) => URL.canParse(text) && new RegExp(protocols).test(new URL(text).protocol), {
    message: `an address such as ${example}`,
  })

const span = z
  .string()
  .transform(parseDuration)
  .refine((ms) => ms >= second, 'a duration such as 90s, 10m, 12h or 30d')

/** Each option: the form it takes, its words in the help, what its value stands for. */
const schema = z.strictObject({
  url: address('^https?:$', 'http://127.0.0.1:8080')
    .default('http://127.0.0.1:8080')
    .describe('The address of the HTTP API'),
  mqtt: address('^(mqtts?|wss?):$', 'mqtt://127.0.0.1:1883')
    .default('mqtt://127.0.0.1:1883')
    .describe('The address of the MQTT broker'),
  devices: z
    .string()
    .transform(whole)
    .pipe(z.number('a whole number, 1 to 20000').int().min(1).max(20_000))
    .prefault('500')
    .describe('How many devices to sign up and run'),
  adopt: z
    .boolean()
    .default(false)
    .describe('Run the devices that the registry has as simulated, instead of signing up new ones'),
  scenario: z
    .enum(scenarios.map(({ name }) => name))
    .default('ordinary-day')
    .describe('What happens; see below'),
  seed: z
    .string()
    .regex(/^[A-Za-z0-9]{1,16}$/, '1 to 16 letters and digits')
    .default('7')
    .describe('The same seed gives the same devices and the same values'),
  speed: z
    .string()
    .transform(Number)
    .pipe(z.number('a number, 0.1 to 1000').min(0.1).max(1000))
    .prefault('1')
    .describe(
      'How fast the time of the scenario runs: it decides the values; devices go on reporting by real time',
    ),
  duration: z
    .union([
      z.literal('0').transform(() => 0),
      z.literal('forever').transform(() => Number.POSITIVE_INFINITY),
      span,
    ])
    .prefault('forever')
    .describe('How long to run, such as 10m; 0: only the backfill'),
  backfill: span.optional().describe('First write that much history, such as 30d (at most 30d are taken)'),
  key: z
    .string()
    .startsWith('lk_', 'an API key, lk_…')
    .optional()
    .describe('An API key of the role operator or admin'),
  'key-file': z
    .string()
    .min(1)
    .optional()
    .describe('A file with the key; data/admin.key when it is there and nothing else is said'),
  truth: z
    .string()
    .min(1)
    .optional()
    .describe('A file to write what the scenario breaks to (JSON), to judge alerts by'),
  help: z.boolean().default(false).describe('This text'),
})
export type Options = z.output<typeof schema>

const flags = new Set(['adopt', 'help'])
const names = Object.keys(schema.shape)

/** The options of a command line; raises an Error that names each wrong one and what was expected. */
export function readOptions(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    strict: true,
    allowPositionals: false,
    options: Object.fromEntries(
      names.map((name) => [name, { type: flags.has(name) ? ('boolean' as const) : ('string' as const) }]),
    ),
  })
  const parsed = schema.safeParse(values)
  const faults = parsed.success
    ? []
    : parsed.error.issues.map(
        ({ path: [name = ''], message }) => `--${String(name)} ${String(values[String(name)])}: ${message}`,
      )
  if (values.adopt && values.devices !== undefined) faults.push('--devices has no meaning with --adopt')
  if (values.key !== undefined && values['key-file'] !== undefined)
    faults.push('say either --key or --key-file')
  if (values.duration === '0' && values.backfill === undefined)
    faults.push('--duration 0 needs --backfill: there is nothing to do')
  if (!parsed.success || faults.length > 0) throw new Error(faults.join('\n'))
  return parsed.data
}

/** What `--help` prints. */
export function helpText(): string {
  const shape = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }).properties ?? {}
  const lines = Object.entries(shape).map(([name, property]) => {
    const { description = '', default: fallback } = typeof property === 'object' ? property : {}
    const shown = fallback === undefined || flags.has(name) ? '' : ` [${String(fallback)}]`
    return `  --${name.padEnd(10)} ${description}${shown}`
  })
  const stories = scenarios.map(({ name, summary }) => `  ${name.padEnd(17)} ${summary}`)
  return [
    'Runs a believable fleet of devices against Lantern, over MQTT and HTTP only.',
    '',
    'npm run simulate -- [options]',
    ...lines,
    '',
    'Scenarios (their minutes are minutes of scenario time, so --speed shortens them):',
    ...stories,
  ].join('\n')
}
