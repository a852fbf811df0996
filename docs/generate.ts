/**
 * `npm run docs`: writes what is made from the code, so that it cannot drift: docs/asyncapi.json,
 * docs/openapi.json and the tables of README.md between their markers. With `--check` it writes nothing and
 * fails (1) when one of them is stale; `npm run check` calls it so.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { messageOf } from '../model/errors.ts'
import { generatedFiles } from './generated.ts'

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })
  const root = new URL('../', import.meta.url)
  const stale: string[] = []
  for (const { path, text } of await generatedFiles(root)) {
    const present = await readFile(new URL(path, root), 'utf8').catch(() => '')
    if (present === text) continue
    stale.push(path)
    if (!values.check) await writeFile(new URL(path, root), text)
  }
  if (!values.check)
    console.log(stale.length > 0 ? `written: ${stale.join(', ')}` : 'all documents are up to date')
  else if (stale.length > 0)
    console.error(`stale: ${stale.join(', ')}. Run \`npm run docs\` and commit them.`)
  return values.check && stale.length > 0 ? 1 : 0
}

try {
  process.exitCode = await main()
} catch (thrown) {
  console.error(messageOf(thrown))
  process.exitCode = 2
}
