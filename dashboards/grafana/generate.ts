/**
 * `npm run docs` calls this: writes the dashboards as the JSON that Grafana takes, from files or over POST
 * /api/dashboards/db. With `--check` (`npm run check`) it writes nothing and fails (1) when one of them is stale.
 */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { messageOf } from '../../model/errors.ts'
import { dashboardFiles } from './dashboards.ts'

const here = new URL('./', import.meta.url)

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })
  const files = dashboardFiles()
  const stale: string[] = []
  await mkdir(new URL('dashboards/', here), { recursive: true })
  for (const name of await readdir(new URL('dashboards/', here))) {
    if (files.some(({ path }) => path === `dashboards/${name}`)) continue
    stale.push(`dashboards/${name}`)
    if (!values.check) await rm(new URL(`dashboards/${name}`, here))
  }
  for (const { path, text } of files) {
    const present = await readFile(new URL(path, here), 'utf8').catch(() => '')
    if (present === text) continue
    stale.push(path)
    if (!values.check) await writeFile(new URL(path, here), text)
  }
  if (stale.length === 0) return 0
  if (!values.check) console.log(`written or removed: ${stale.join(', ')}`)
  else console.error(`stale: ${stale.join(', ')}. Run \`npm run docs\` and commit them.`)
  return values.check ? 1 : 0
}

try {
  process.exitCode = await main()
} catch (thrown) {
  console.error(messageOf(thrown))
  process.exitCode = 2
}
