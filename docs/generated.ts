/**
 * What of the documents is made from the code: the files with their whole text. Called by generate.ts, which
 * writes or compares them, and by the tests.
 */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { defaultRules } from '../alerts/default-rules.ts'
import { openApiDocument } from '../api/openapi.ts'
import { describeSettings, readConfig } from '../config.ts'
import { errorCatalogue } from '../model/errors.ts'
import { kinds } from '../model/kinds.ts'
import { measurements } from '../model/measurements.ts'
import { rejectionReasons } from '../model/rejection.ts'
import { asyncApiDocument } from './asyncapi.ts'

export interface GeneratedFile {
  /** From the root of the project. */
  readonly path: string
  readonly text: string
}

/** Every generated file as it should be. The README keeps all that stands outside its markers. */
export async function generatedFiles(root: URL): Promise<GeneratedFile[]> {
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(await readFile(new URL('package.json', root), 'utf8')))
  const defaults = readConfig({})
  const asyncApi = asyncApiDocument({
    version,
    mqttPort: defaults.LANTERN_MQTT_PORT,
    httpPort: defaults.LANTERN_HTTP_PORT,
    maxPayloadBytes: defaults.LANTERN_MQTT_MAX_PAYLOAD_BYTES,
  })
  const readme = await readFile(new URL('README.md', root), 'utf8')
  return [
    { path: 'docs/asyncapi.json', text: json(asyncApi) },
    { path: 'docs/openapi.json', text: json(await openApiDocument()) },
    { path: 'README.md', text: withTables(readme) },
  ]
}

const json = (document: unknown) => `${JSON.stringify(document, null, 2)}\n`

/** The tables that a document may ask for with `<!-- name -->` and `<!-- /name -->`. */
export const tables: Readonly<Record<string, () => string>> = {
  settings: () =>
    table(
      ['variable', 'default', 'meaning'],
      describeSettings().map(({ name, fallback, description }) => [
        `\`${name}\``,
        fallback === '' ? 'unset' : `\`${fallback}\``,
        description,
      ]),
    ),
  errors: () =>
    table(
      ['code', 'status', 'retry', 'meaning', 'remedy'],
      Object.entries(errorCatalogue).map(([code, { status, retryable, title, remedy }]) => [
        `\`${code}\``,
        String(status),
        retryable ? 'yes' : 'no',
        title,
        remedy,
      ]),
    ),
  rejections: () =>
    table(
      ['reason', 'what to do'],
      Object.entries(rejectionReasons).map(([reason, remedy]) => [`\`${reason}\``, remedy]),
    ),
  rules: () =>
    table(
      ['rule', 'severity', 'what it watches', 'what to do then'],
      defaultRules.map(({ id, severity, name, action, public: isPublic }) => [
        `\`${id}\``,
        isPublic ? `${severity}, public` : severity,
        name,
        action,
      ]),
    ),
  measurements: () =>
    table(
      ['measurement', 'where', 'when', 'tags'],
      Object.entries(measurements).map(([name, { kept, when, tags, levels }]) => [
        `\`${name}\``,
        kept === 'rollups' ? '`lantern_5m`' : '`lantern`',
        when,
        Object.entries(tags)
          .map(([tag, meaning]) => `\`${tag}\`: ${meaning}`)
          .concat(levels ? 'each level of the areas above it, and its name as `<level>_name`' : [])
          .join('; '),
      ]),
    ),
  points: () =>
    table(
      ['measurement', 'field', 'unit', 'meaning'],
      Object.entries(measurements).flatMap(([name, { fields }]) =>
        Object.entries(fields).map(([field, { type, unit, description }]) => [
          `\`${name}\``,
          `\`${field}\``,
          type === 'text' ? 'text' : unit === '1' ? 'count' : unit,
          description,
        ]),
      ),
    ),
  kinds: () =>
    table(
      ['kind', 'field', 'unit', 'meaning'],
      kinds.flatMap((kind) =>
        kind.fields.map(({ name, type, unit, description }) => [
          `\`${kind.name}\``,
          `\`${name}\``,
          type === 'boolean' ? 'true or false' : unit === '1' ? 'count' : unit || 'share, 0–1',
          description,
        ]),
      ),
    ),
}

/** A text with the tables between its markers made anew. Raises when a marker is unknown or not closed. */
export function withTables(text: string): string {
  for (const [, name = ''] of text.matchAll(/^<!-- \/?([a-z]+) -->$/gm))
    if (!(name in tables)) throw new Error(`the marker <!-- ${name} --> stands for no generated table`)
  return Object.entries(tables).reduce((made, [name, make]) => {
    const [opening, closing] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
    const from = made.indexOf(opening)
    if (from < 0) return made
    const to = made.indexOf(closing, from)
    if (to < 0) throw new Error(`the marker ${opening} is not closed by ${closing}`)
    return `${made.slice(0, from)}${opening}\n\n${make()}\n\n${made.slice(to)}`
  }, text)
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
