/** The command line of `npm run bench`: which measurements, how long, and where the figures go. Called by main.ts. */
import { parseArgs } from 'node:util'
import { z } from 'zod'

export const measurementNames = [
  'throughput',
  'latency',
  'connections',
  'queries',
  'alerts',
  'console',
  'idle',
  'stores',
] as const
export type MeasurementName = (typeof measurementNames)[number]

export const help = `npm run bench -- [${measurementNames.join(' ')}] [options]

Measures a real Lantern on this machine and prints the figures beside what they must reach. Without a name, all of it.
"stores" is InfluxDB beside DuckDB; without an influxd on this machine it is DuckDB alone. "console" needs a chromium.

  --quick        Everything shorter and smaller: under two minutes, for a look
  --seconds N    Length of one run under load, s (20, of stores 60, of the open console 300; with --quick 5)
  --json FILE    Also write all figures to a file
  --help         This text

The data lies in the system's folder for temporary files: set TMPDIR to measure another disk.
The exit code is 0, even where a target is missed; 1 when a reading was lost, doubled or invented; 2 when a
measurement could not be carried out.
`

const schema = z.strictObject({
  names: z.array(z.enum(measurementNames)),
  quick: z.boolean().default(false),
  seconds: z.coerce.number().int().min(1).max(3600).optional(),
  json: z.string().min(1).optional(),
  help: z.boolean().default(false),
})

export type BenchOptions = z.output<typeof schema>

/** Raises an error that names what is wrong. */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      quick: { type: 'boolean' },
      seconds: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  const names = positionals.length === 0 ? [...measurementNames] : positionals
  const parsed = schema.safeParse({ ...values, names })
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error))
  return parsed.data
}
