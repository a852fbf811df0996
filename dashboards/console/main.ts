/**
 * Makes the console's page where its sources have changed since: bundled by Vite, each text file also compressed, and a
 * mark of what it was made from. The child process of build.ts, and the step of the image (Dockerfile).
 */
import { hash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const dist = here('./dist')
const mark = join(dist, 'made-from')

/** What the page is made from: its sources, the model that it reads with, and the packages. */
async function sourcesHash(): Promise<string> {
  const folders = [here('./page'), here('../../model')]
  const files = [here('./vite.config.ts'), here('./main.ts'), here('../../package-lock.json')]
  for (const folder of folders) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    for (const entry of entries) if (entry.isFile()) files.push(join(entry.parentPath, entry.name))
  }
  const parts = await Promise.all(
    files
      .sort()
      .map(async (file) => `${file.slice(here('../..').length)}\n${hash('sha256', await readFile(file))}`),
  )
  return hash('sha256', parts.join('\n'))
}

const madeFromNow = () => readFile(mark, 'utf8').catch(() => '')

/** Files that compress; fonts and pictures are compressed already. */
const isText = (name: string) => /\.(js|css|html|svg|json)$/.test(name)

async function compressAll(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  for (const entry of entries) {
    if (!entry.isFile() || !isText(entry.name)) continue
    const file = join(entry.parentPath, entry.name)
    const content = await readFile(file)
    const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }
    await writeFile(`${file}.br`, await promisify(brotliCompress)(content, quality))
    await writeFile(`${file}.gz`, await promisify(gzip)(content, { level: 9 }))
  }
}

async function make(madeFrom: string): Promise<void> {
  const { build } = await import('vite')
  // Beside it and then in its place, so that a page is there at every moment, whole.
  const next = `${dist}.${process.pid}`
  try {
    await build({ configFile: here('./vite.config.ts'), logLevel: 'warn', build: { outDir: next } })
    await compressAll(next)
    await writeFile(join(next, 'made-from'), madeFrom)
    await rm(dist, { recursive: true, force: true })
    await rename(next, dist).catch(async (error) => {
      // Another Lantern that starts from the same folder may have been first.
      if ((await madeFromNow()) !== madeFrom) throw error
    })
  } finally {
    await rm(next, { recursive: true, force: true })
  }
}

// An image brings the page without its sources.
if (existsSync(here('./page'))) {
  const madeFrom = await sourcesHash()
  if ((await madeFromNow()) !== madeFrom) await make(madeFrom)
} else if (!existsSync(mark)) throw new Error(`neither the page nor its sources are in ${here('.')}`)
