/**
 * docker-compose.yml as Compose reads it: YAML merged, variables filled in from an environment file. Knows only the forms
 * that the file uses, and refuses the others, so that nothing passes here that was not understood.
 */
import { parse } from 'yaml'
import { z } from 'zod'
import { read } from '../source-tree.ts'

const texts = z.array(z.string())
/** Null: taken from the environment of Compose, and left out where it is not there. */
const environment = z.record(z.string(), z.string().nullable())
const service = z.looseObject({
  image: z.string(),
  build: z.string().optional(),
  pull_policy: z.string().optional(),
  command: texts.optional(),
  user: z.string().optional(),
  environment: environment.default({}),
  ports: texts.default([]),
  volumes: texts.default([]),
  networks: texts,
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  healthcheck: z.looseObject({ test: texts.optional(), disable: z.boolean().optional() }).optional(),
  restart: z.string(),
  read_only: z.boolean().default(false),
  tmpfs: texts.default([]),
  security_opt: texts,
  cap_drop: texts,
  logging: z.object({ driver: z.string(), options: z.record(z.string(), z.string()) }),
  stop_grace_period: z
    .string()
    .regex(/^\d+s$/)
    .optional(),
})
export type Service = z.output<typeof service>

const composeFile = z.looseObject({
  name: z.string(),
  services: z.record(z.string(), service),
  networks: z.record(z.string(), z.object({ internal: z.boolean().optional() }).nullable()),
  volumes: z.record(z.string(), z.null()),
})
export type ComposeFile = z.output<typeof composeFile>

export type Variables = Readonly<Record<string, string>>

export const composeText = read('docker-compose.yml')

/** The file as YAML, before any variable is filled in: what the schema of the specification describes. */
export const composeDocument = (): unknown => parse(composeText, { merge: true })

/** `NAME=value` lines; raises an Error for anything else that is not empty or a comment. */
export function parseEnvironmentFile(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return Object.fromEntries(
    lines.map((line) => {
      const [, name, value] = /^([A-Z][A-Z0-9_]*)=([^\s'"$#]*)$/.exec(line) ?? []
      if (name === undefined || value === undefined) throw new Error(`not a plain NAME=value: ${line}`)
      return [name, value]
    }),
  )
}

const reference = /\$(?:\{(\w+)(?::([-?])([^}]*))?\}|([\s\S]?))/g

/** The variables that the file names, with what follows when one is missing: `-` a default, `?` a refusal. */
export function references(text = composeText): { name: string; otherwise: string; words: string }[] {
  const found: { name: string; otherwise: string; words: string }[] = []
  for (const [all, name, otherwise = '', words = ''] of text.matchAll(reference)) {
    if (name === undefined) throw new Error(`a form of variable that is not understood: ${all}`)
    found.push({ name, otherwise, words })
  }
  return found
}

/** One text with its variables filled in; raises an Error for one that must be there and is empty or missing. */
function filled(text: string, variables: Variables): string {
  return text.replaceAll(reference, (all, name?: string, otherwise?: string, words = '') => {
    if (name === undefined) throw new Error(`a form of variable that is not understood: ${all}`)
    const value = variables[name] ?? ''
    if (value !== '' || otherwise === undefined) return value
    if (otherwise === '?') throw new Error(`required variable ${name} is missing a value: ${words}`)
    return words
  })
}

/** The whole file, filled in as `docker compose` does with these variables in .env. */
export function composed(variables: Variables): ComposeFile {
  const document = composeDocument()
  const inside = (node: unknown): unknown => {
    if (typeof node === 'string') return filled(node, variables)
    if (Array.isArray(node)) return node.map(inside)
    if (typeof node !== 'object' || node === null) return node
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, inside(value)]))
  }
  return composeFile.parse(inside(document))
}

/** What a container of this service finds in its environment. */
export function environmentOf({ environment }: Service, variables: Variables): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => {
      const given = value ?? variables[name]
      return given === undefined ? [] : [[name, given]]
    }),
  )
}

/** `.env.example` as it is, and with a different secret on each empty line that must be filled. */
export function exampleVariables(): { empty: Variables; full: Variables } {
  const empty = parseEnvironmentFile(read('.env.example'))
  const required = new Set(references().flatMap(({ name, otherwise }) => (otherwise === '?' ? [name] : [])))
  const full = Object.fromEntries(
    Object.entries(empty).map(([name, value]) => [
      name,
      required.has(name) ? `secret-of-${name}-0123456789` : value,
    ]),
  )
  return { empty, full }
}
