/**
 * docs/asyncapi.json is a valid AsyncAPI 3 document by AsyncAPI's own parser, and says what the model says:
 * every topic, every kind, every field with its unit, and the same readings taken and refused.
 */
import { readFile } from 'node:fs/promises'
import { Parser } from '@asyncapi/parser'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { kinds } from '../model/kinds.ts'
import { maxReadingsPerMessage } from '../model/reading.ts'
import { showAlert } from '../model/shown-alert.ts'
import { topics } from '../model/topics.ts'
import { newAlert } from './alert-examples.ts'

const text = await readFile(new URL('../docs/asyncapi.json', import.meta.url), 'utf8')
const { document, diagnostics } = await new Parser().parse(text)
const warning = 1

/** The payload schema of a kind's message, with its references replaced by what they stand for. */
function payloadOf(kindTitle: string) {
  const message = document
    ?.messages()
    .all()
    .find((candidate) => candidate.title() === `Telemetry of a ${kindTitle.toLowerCase()}`)
  if (!message) throw new Error(`the document has no message for a ${kindTitle}`)
  return z.looseObject({ oneOf: z.array(z.record(z.string(), z.unknown())) }).parse(message.payload()?.json())
}

test('the parser finds no error and no warning', () => {
  expect(diagnostics.filter((finding) => finding.severity <= warning)).toEqual([])
  expect(document?.version()).toMatch(/^3\./)
})

test('the parser would have found one', async () => {
  const broken = text.replace('"action": "send"', '"action": "shout"')
  const { diagnostics: found } = await new Parser().parse(broken)
  expect(found.filter((finding) => finding.severity <= warning)).not.toEqual([])
})

test('the channels are the topics, each with the parameters of its address', () => {
  const channels = document?.channels().all() ?? []
  expect(Object.fromEntries(channels.map((channel) => [channel.id(), channel.address()]))).toEqual(topics)
  for (const channel of channels)
    expect(
      channel
        .parameters()
        .all()
        .map((parameter) => `{${parameter.id()}}`),
    ).toEqual(channel.address()?.match(/\{\w+\}/g))
})

test('devices and operators are told how to sign in, and each operation says who may', () => {
  const schemes = document?.securitySchemes().all() ?? []
  expect(schemes.map((scheme) => [scheme.id(), scheme.type()])).toEqual([
    ['device', 'userPassword'],
    ['operator', 'userPassword'],
  ])
  const operations = document?.operations().all() ?? []
  expect(operations.length).toBeGreaterThanOrEqual(5)
  for (const operation of operations) expect(operation.security()).toHaveLength(1)
})

test('an alert is sent as it is shown, and taken back with nothing', () => {
  const payloads = document
    ?.channels()
    .get('alerts')
    ?.messages()
    .all()
    .map((message) => message.payload()?.json())
  const [shown, gone] = (payloads ?? []).map((payload) =>
    z.fromJSONSchema(z.record(z.string(), z.unknown()).parse(payload)),
  )
  const [at, fields] = [
    1_800_000_000_000,
    { id: 17, ruleSeverity: 'major', state: 'open', changedAt: 1 } as const,
  ]
  const unset = {
    acknowledgedAt: null,
    acknowledgedBy: null,
    clearedAt: null,
    clearedBy: null,
    assignedTo: null,
  }
  const more = { ...unset, shelvedUntil: at, inhibitedBy: null, chattering: false, steps: 1 }
  const sound = showAlert({ ...newAlert('camera-silent', 'c1'), ...fields, ...more })
  const { rule: _, ...incomplete } = sound
  expect(shown?.safeParse(sound).success).toBe(true)
  for (const wrong of [incomplete, { ...sound, severity: 'minor' }, { ...sound, openedAt: 'yesterday' }, ''])
    expect(shown?.safeParse(wrong).success).toBe(false)
  expect([gone?.safeParse('').success, gone?.safeParse(sound).success]).toEqual([true, false])
})

describe.each(kinds.map((kind) => [kind.title, kind] as const))('%s', (title, kind) => {
  const [one = {}, many = {}] = payloadOf(title).oneOf

  test('is sent as one reading, or as a batch of at most the limit', () => {
    expect(many).toMatchObject({ type: 'array', minItems: 1, maxItems: maxReadingsPerMessage })
    expect(many.items).toEqual(one)
    expect(one.required).toContain('observedAt')
  })

  test('has every field with its description and unit', () => {
    const { observedAt, ...fields } = z.record(z.string(), z.looseObject({})).parse(one.properties)
    expect(observedAt).toBeDefined()
    expect(Object.keys(fields)).toEqual(kind.fields.map((field) => field.name))
    for (const { name, unit, description } of kind.fields)
      expect(fields[name]).toMatchObject({ description, ...(unit && { 'x-unit': unit }) })
  })

  test('takes and refuses what the model does', () => {
    const documented = z.fromJSONSchema(z.record(z.string(), z.unknown()).parse(one))
    const sound = Object.fromEntries(
      kind.fields.map(({ name, type }) => [name, type === 'number' ? 1 : true]),
    )
    const observedAt = '2026-01-31T17:00:00Z'
    expect(kind.schema.safeParse(sound).success).toBe(true)
    expect(documented.safeParse({ observedAt, ...sound }).success).toBe(true)
    expect(documented.safeParse({ observedAt: 1_769_878_800_000, ...sound }).success).toBe(true)
    expect(documented.safeParse(sound).success).toBe(false)
    expect(documented.safeParse({ observedAt: 'yesterday', ...sound }).success).toBe(false)
    for (const { name } of kind.fields)
      for (const wrong of ['1', null, -1000, 1e9]) {
        const values = { ...sound, [name]: wrong }
        expect(kind.schema.safeParse(values).success).toBe(false)
        expect(documented.safeParse({ observedAt, ...values }).success).toBe(false)
      }
  })
})
