/**
 * Writes plain data as YAML, for the provisioning files: maps and lists as blocks, every text in double quotes (a JSON
 * string is a YAML string), so that nothing can be taken for a number, a flag or an anchor. Called by files.ts.
 */
import { isObject } from './compare.ts'

/** The lines of a value that is not empty; `undefined` members are left out. */
export function toYaml(value: unknown, indent = ''): string {
  if (Array.isArray(value))
    return value.map((item) => `${indent}- ${nested(item, `${indent}  `).trimStart()}`).join('')
  if (isObject(value))
    return Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(
        ([key, member]) => `${indent}${key}:${isBlock(member) ? '\n' : ' '}${nested(member, `${indent}  `)}`,
      )
      .join('')
  return `${JSON.stringify(value)}\n`
}

const nested = (value: unknown, indent: string) =>
  isBlock(value) ? toYaml(value, indent) : `${JSON.stringify(value)}\n`

const isBlock = (value: unknown) =>
  (Array.isArray(value) && value.length > 0) || (isObject(value) && Object.keys(value).length > 0)
