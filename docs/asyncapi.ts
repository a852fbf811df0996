/**
 * The AsyncAPI 3 document of the MQTT contract, made from the schemas, topics and kinds of model/: so it
 * cannot say anything else than the code does. Called by generate.ts, which writes it to asyncapi.json.
 */
import { z } from 'zod'
import { severities, shownAlert } from '../model/alert.ts'
import { identifierPattern } from '../model/identifier.ts'
import type { Kind } from '../model/kind.ts'
import { kinds } from '../model/kinds.ts'
import { maxReadingsPerMessage, maxStatusBytes, statusMessage } from '../model/reading.ts'
import { futureLimit, lateLimit, minute, moment } from '../model/time.ts'
import { topics } from '../model/topics.ts'

type Json = Record<string, unknown>

/** The document; the version is the project's, the ports are those of the defaults. */
export function asyncApiDocument(options: {
  version: string
  mqttPort: number
  httpPort: number
  maxPayloadBytes: number
}): Json {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Lantern MQTT',
      version: options.version,
      description: [
        'What devices publish and what operators hear, from the side of the client: `send` is what a client publishes, `receive` what it subscribes to.',
        'MQTT 3.1.1. A QoS 1 or 2 message is acknowledged only after it is on disk; QoS 0 is taken without that promise.',
        `A message of more than ${options.maxPayloadBytes} bytes, or one to a topic that is not the device's own, closes the connection.`,
        'A reading is known by its device and `observedAt`: sending it again changes nothing.',
      ].join('\n\n'),
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    servers: {
      mqtt: server(`127.0.0.1:${options.mqttPort}`, { protocol: 'mqtt', description: 'MQTT over TCP' }),
      webSocket: server(`127.0.0.1:${options.httpPort}`, {
        protocol: 'ws',
        pathname: '/mqtt',
        description: 'MQTT over WebSocket, at the port of HTTP',
      }),
    },
    channels: {
      telemetry: channel('telemetry', 'Readings of one device', kinds.map(readingMessageName)),
      status: channel('status', 'Whether one device is online; retained', ['status']),
      commands: channel('commands', 'What one device is told to do; Lantern itself sends nothing here yet', [
        'command',
      ]),
      alerts: channel(
        'alerts',
        'An open alert that stands for itself; retained, so that who joins late sees what is open. It moves when its severity changes, and is taken back (an empty payload) when it is over, shelved, or another stands for it',
        ['alert', 'alertGone'],
      ),
    },
    operations: {
      deviceSendsTelemetry: operation('send', 'telemetry', 'device', {
        summary: 'A device publishes what it observed, one reading or a batch of them.',
        bindings: delivery({ qos: 1, retain: false }),
      }),
      deviceSendsStatus: operation('send', 'status', 'device', {
        summary: 'A device says that it is online, and leaves {"online":false} as its last will.',
        bindings: delivery({ qos: 1, retain: true }),
      }),
      deviceReceivesCommands: operation('receive', 'commands', 'device', {
        summary: `A device hears its own commands; it may subscribe to devices/<its id>/commands/#.`,
        bindings: delivery({ qos: 1 }),
      }),
      operatorReceivesTelemetry: operation('receive', 'telemetry', 'operator', {
        summary: 'An operator hears readings as they arrive; devices/# and narrower filters are allowed.',
        bindings: delivery({ qos: 0 }),
      }),
      operatorReceivesStatus: operation('receive', 'status', 'operator', {
        summary: 'An operator hears which devices are online.',
        bindings: delivery({ qos: 0 }),
      }),
      operatorReceivesAlerts: operation('receive', 'alerts', 'operator', {
        summary:
          'An operator hears what is open, and what becomes of it: alerts/# for all, alerts/74/718/# for an area and all below it.',
        bindings: delivery({ qos: 1 }),
      }),
    },
    components: {
      securitySchemes: {
        device: {
          type: 'userPassword',
          description:
            'User name: the id of the device. Password: its token, shown once when it was registered.',
        },
        operator: {
          type: 'userPassword',
          description: 'User name: `api-key`. Password: an API key, `lk_<id>_<secret>`.',
        },
      },
      parameters: {
        device: {
          description: `The id of the device: ${identifierPattern.source}`,
          examples: ['cam-25741-001'],
        },
        command: { description: 'The name of the command; it may have several levels.' },
        areas: {
          description:
            'The codes of the areas it lies in, from the top down: as many levels as there are areas.',
          examples: ['74/718/25747'],
        },
        severity: { description: 'How grave it is now.', enum: [...severities] },
        alert: { description: 'The id of the alert.', examples: ['17'] },
      },
      messages: Object.fromEntries([
        ...kinds.map((kind) => [readingMessageName(kind), readingMessage(kind)]),
        ['status', statusMessageOf()],
        ['command', { title: 'Command', contentType: 'application/json', payload: { type: 'object' } }],
        ['alert', alertMessage()],
        ['alertGone', { title: 'Alert gone', contentType: 'text/plain', payload: { const: '' } }],
      ]),
      schemas: {
        moment: {
          ...schemaOf(moment),
          description: `RFC 3339 with a time zone, or milliseconds since 1970-01-01T00:00:00Z; at most ${lateLimit / (24 * 60 * minute)} days before its arrival and ${futureLimit / minute} minutes after it`,
        },
        ...Object.fromEntries(kinds.map((kind) => [readingSchemaName(kind), readingSchema(kind)])),
      },
    },
  }
}

function server(host: string, rest: Json): Json {
  return {
    host,
    ...rest,
    protocolVersion: '3.1.1',
    security: [reference('securitySchemes', 'device'), reference('securitySchemes', 'operator')],
    bindings: {
      mqtt: {
        lastWill: { topic: topics.status, qos: 1, message: '{"online":false}', retain: true },
        bindingVersion: '0.2.0',
      },
    },
  }
}

function channel(name: keyof typeof topics, description: string, messages: readonly string[]): Json {
  const address = topics[name]
  const parameters = [...address.matchAll(/\{(\w+)\}/g)].flatMap(([, parameter]) => parameter ?? [])
  return {
    address,
    description,
    parameters: Object.fromEntries(parameters.map((key) => [key, reference('parameters', key)])),
    messages: Object.fromEntries(messages.map((key) => [key, reference('messages', key)])),
  }
}

function operation(
  action: 'send' | 'receive',
  on: keyof typeof topics,
  by: 'device' | 'operator',
  rest: Json,
): Json {
  return {
    action,
    channel: { $ref: `#/channels/${on}` },
    security: [reference('securitySchemes', by)],
    ...rest,
  }
}

const delivery = (mqtt: Json) => ({ mqtt: { ...mqtt, bindingVersion: '0.2.0' } })
const reference = (group: string, name: string) => ({ $ref: `#/components/${group}/${name}` })

/** traffic_counter → trafficCounter */
const camelCase = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
const readingMessageName = (kind: Kind) => `${camelCase(kind.name)}Telemetry`
const readingSchemaName = (kind: Kind) => `${camelCase(kind.name)}Reading`

function readingMessage(kind: Kind): Json {
  const one = reference('schemas', readingSchemaName(kind))
  return {
    title: `Telemetry of a ${kind.title.toLowerCase()}`,
    summary: kind.description,
    contentType: 'application/json',
    payload: {
      description: `One reading, or an array of 1 to ${maxReadingsPerMessage} of them`,
      oneOf: [one, { type: 'array', minItems: 1, maxItems: maxReadingsPerMessage, items: one }],
    },
  }
}

/** One reading of a kind: its fields, and when it was observed. */
function readingSchema(kind: Kind): Json {
  const { properties, required, ...rest } = objectSchema.parse(schemaOf(kind.schema))
  return {
    ...rest,
    title: `${kind.title} reading`,
    description: kind.description,
    properties: { observedAt: reference('schemas', 'moment'), ...properties },
    required: ['observedAt', ...required],
  }
}

function statusMessageOf(): Json {
  return {
    title: 'Status',
    summary: `Further fields (firmware, address …) are the device's own; at most ${maxStatusBytes} bytes.`,
    contentType: 'application/json',
    payload: schemaOf(statusMessage),
    examples: [
      { name: 'birth', payload: { online: true, firmware: '2.4.1' } },
      { name: 'lastWill', payload: { online: false } },
    ],
  }
}

function alertMessage(): Json {
  return {
    title: 'Alert',
    summary: 'The alert as the API shows it, and as it is now.',
    contentType: 'application/json',
    payload: schemaOf(shownAlert),
  }
}

const anyObject = z.record(z.string(), z.unknown())
const objectSchema = z.looseObject({
  properties: z.record(z.string(), z.unknown()),
  required: z.array(z.string()).default([]),
})

/**
 * The JSON Schema of what may be sent, draft 7 as AsyncAPI wants it. The units of the model, which are no
 * word of JSON Schema, become `x-unit`.
 */
function schemaOf(schema: z.ZodType): Json {
  const made = z.toJSONSchema(schema, {
    target: 'draft-7',
    io: 'input',
    override({ jsonSchema }) {
      const { unit } = jsonSchema
      delete jsonSchema.unit
      delete jsonSchema.id
      if (unit) jsonSchema['x-unit'] = unit
    },
  })
  const { definitions = {}, ...root } = made
  delete root.$schema
  return anyObject.parse(inlined(root, anyObject.parse(definitions)))
}

/**
 * Schemas with a name come as references to a list that has no place in AsyncAPI, some of them alone in an `allOf`: each is
 * replaced by what it stands for.
 */
function inlined(part: unknown, definitions: Json): unknown {
  if (Array.isArray(part)) return part.map((item) => inlined(item, definitions))
  const object = anyObject.safeParse(part)
  if (!object.success) return part
  const { $ref, allOf, ...rest } = object.data
  const named = typeof $ref === 'string' ? definitions[$ref.replace('#/definitions/', '')] : undefined
  const only = Array.isArray(allOf) && allOf.length === 1 ? inlined(allOf[0], definitions) : undefined
  const whole = {
    ...anyObject.parse(named ?? only ?? {}),
    ...(allOf !== undefined && only === undefined ? { allOf } : {}),
    ...rest,
  }
  return Object.fromEntries(Object.entries(whole).map(([key, value]) => [key, inlined(value, definitions)]))
}
