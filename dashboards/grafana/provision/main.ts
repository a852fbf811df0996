/**
 * The entry of `npm run grafana`: hands the settings to the command, and its exit code to the shell.
 */
import { readConfig } from '../../../config.ts'
import { LanternError } from '../../../model/errors.ts'
import { runGrafana } from './command.ts'

try {
  const config = readConfig(process.env)
  process.exitCode = await runGrafana({
    args: process.argv.slice(2),
    defaults: {
      token: config.LANTERN_GRAFANA_TOKEN,
      password: config.LANTERN_GRAFANA_PASSWORD,
      influx: {
        url: config.LANTERN_INFLUX_URL,
        bucket: config.LANTERN_INFLUX_BUCKET,
        token: config.LANTERN_INFLUX_TOKEN,
        user: config.LANTERN_INFLUX_USER,
        password: config.LANTERN_INFLUX_PASSWORD,
      },
    },
    now: Date.now,
    out: (line) => console.log(line),
    err: (line) => console.error(line),
  })
} catch (thrown) {
  if (!(thrown instanceof LanternError)) throw thrown
  console.error(`${thrown.message}\n${thrown.remedy}`)
  process.exitCode = 1
}
