/**
 * The entry of `npm run influx`: hands the settings to the command, and its exit code to the shell.
 */
import { dataFiles, readConfig } from '../../../config.ts'
import { takeDataFolder } from '../../../data-folder.ts'
import { LanternError } from '../../../model/errors.ts'
import { runInflux } from './command.ts'

// What it makes, a DuckDB file among it, is for its owner only.
process.umask(0o077)
try {
  const config = readConfig(process.env)
  const { LANTERN_DATA_DIR: folder } = config
  process.exitCode = await runInflux({
    args: process.argv.slice(2),
    server: {
      url: config.LANTERN_INFLUX_URL,
      bucket: config.LANTERN_INFLUX_BUCKET,
      org: config.LANTERN_INFLUX_ORG,
      token: config.LANTERN_INFLUX_TOKEN,
      user: config.LANTERN_INFLUX_USER,
      password: config.LANTERN_INFLUX_PASSWORD,
    },
    files: dataFiles(folder),
    takeFolder: () => takeDataFolder(folder),
    clock: Date.now,
    out: (line) => console.log(line),
    err: (line) => console.error(line),
    terminal: process.stderr,
  })
} catch (thrown) {
  if (!(thrown instanceof LanternError)) throw thrown
  console.error(`${thrown.message}\n${thrown.remedy}`)
  process.exitCode = 1
}
