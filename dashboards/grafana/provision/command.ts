/**
 * `npm run grafana`: the command's words, its help and its answers; whatever it prints, secrets are taken out. Called by
 * main.ts with the real settings.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { LanternError, messageOf } from '../../../model/errors.ts'
import type { Clock } from '../../../model/time.ts'
import { provisioningFiles } from './files.ts'
import { createGrafana } from './http.ts'
import { type Call, type Defaults, optionLines, readCall } from './options.ts'
import { provision } from './provision.ts'
import { readDashboards } from './read-dashboards.ts'

const filesFolder = new URL('../provisioning/', import.meta.url)

export function usage(): string {
  return [
    'npm run grafana -- <what to do>',
    '',
    'provision   puts the folder, the data source, the dashboards, the contact point and the alert rules into a',
    '            Grafana that is there (11 or newer). It may be run again at any time: what is right stays, what',
    '            others have changed is kept and named, and no notification policy is touched.',
    ...optionLines(),
    'files       writes the provisioning files of a container, after a change of what they are made from',
  ].join('\n')
}

/** Runs the command; 0: done, 1: refused or not well, with the reason said, 2: called wrongly. */
export async function runGrafana(options: {
  args: readonly string[]
  defaults: Defaults
  now: Clock
  out: (line: string) => void
  err: (line: string) => void
}): Promise<0 | 1 | 2> {
  const { args, defaults, now, out, err } = options
  const [command = 'help', ...rest] = args
  if (['help', '--help', '-h'].includes(command) || rest.includes('--help')) {
    out(usage())
    return 0
  }
  if (command === 'files' && rest.length === 0) {
    for (const path of await writeFiles()) out(path)
    return 0
  }
  let call: Call
  try {
    if (command !== 'provision') throw new Error(`there is no "${args.join(' ')}"`)
    call = readCall(rest, defaults)
  } catch (thrown) {
    err(`${messageOf(thrown)}\n\nnpm run grafana -- help  has all options.`)
    return 2
  }
  const masked = (say: (line: string) => void) => (line: string) => say(withoutSecrets(line, call.secrets))
  const say = { out: masked(out), err: masked(err) }
  try {
    const { dryRun, wait: patience } = call
    const wishes = { ...call.wishes, dashboards: await readDashboards(call.dashboards) }
    const well = await provision({ grafana: createGrafana(call), wishes, dryRun, patience, now, ...say })
    return well ? 0 : 1
  } catch (thrown) {
    if (!(thrown instanceof LanternError)) throw thrown
    say.err(thrown.message)
    say.err(thrown.remedy)
    return 1
  }
}

/** Grafana's own words may repeat what was sent to it. */
function withoutSecrets(line: string, secrets: readonly string[]): string {
  return secrets.reduce((text, secret) => text.replaceAll(secret, '***'), line)
}

async function writeFiles(): Promise<string[]> {
  const files = provisioningFiles()
  for (const { path, text } of files) {
    const file = fileURLToPath(new URL(path, filesFolder))
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
  }
  return files.map(({ path }) => fileURLToPath(new URL(path, filesFolder)))
}
