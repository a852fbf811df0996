/**
 * The entry of `npm run city`: hands the settings to the command, and its exit code to the shell.
 */
import { dataFiles, readConfig } from '../config.ts'
import { LanternError } from '../model/errors.ts'
import { runCity } from './command.ts'

// What it makes, the registry before the first start among it, is for its owner only.
process.umask(0o077)
try {
  process.exitCode = await runCity({
    args: process.argv.slice(2),
    registryFile: dataFiles(readConfig(process.env).LANTERN_DATA_DIR).registry,
    now: Date.now,
    out: (line) => console.log(line),
    err: (line) => console.error(line),
  })
} catch (thrown) {
  if (!(thrown instanceof LanternError)) throw thrown
  console.error(`${thrown.message}\n${thrown.remedy}`)
  process.exitCode = 1
}
