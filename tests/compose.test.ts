/**
 * docker-compose.yml without an engine: it is what the Compose specification takes, it refuses to start without its
 * secrets, it opens nothing more than the README names, and every variable, path, port and address in it is in the code.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { describeSettings, readConfig } from '../config.ts'
import { readOptions } from '../simulators/options.ts'
import { read, root, tree } from './source-tree.ts'
import {
  composeDocument,
  composed,
  composeText,
  environmentOf,
  exampleVariables,
  parseEnvironmentFile,
  references,
  type Service,
} from './support/compose-file.ts'
import { imageStages, stepsOf } from './support/dockerfile.ts'
import { temporaryFolder } from './support/temporary.ts'

const { empty, full } = exampleVariables()
const { services, networks, volumes } = composed(full)
const everyService = Object.entries(services)
const { image: ourImage } = imageStages()
const imageEnvironment = Object.assign({}, ...stepsOf(ourImage, 'env').map(({ values }) => values))
const readme = read('README.md')

function service(name: string): Service {
  const found = services[name]
  if (!found) throw new Error(`there is no service ${name}`)
  return found
}

/** `source:target[:ro]`, apart. */
const mountsOf = (of: Service) =>
  of.volumes.map((volume) => {
    const [source = '', target = '', mode = 'rw'] = volume.split(':')
    return { source, target, mode }
  })

describe('as the Compose specification has it', () => {
  const ajv = new Ajv({ strict: false, allErrors: true, formats: { duration: true } })
  // Ajv knows the dialect, draft 07, under another address than the one that stands there.
  const { $schema, ...schema } = z
    .looseObject({ $schema: z.string() })
    .parse(JSON.parse(read('tests/fixtures/compose-spec.json')))
  const valid = ajv.compile(schema)

  test('the file is valid', () => {
    expect($schema).toContain('draft-07')
    valid(composeDocument())
    expect(valid.errors).toBeNull()
  })

  test('the schema would see a misspelt key and a wrong condition', () => {
    expect(valid({ services: { lantern: { image: 'x', cap_drops: ['ALL'] } } })).toBe(false)
    const depends_on = { influxdb: { condition: 'healthy' } }
    expect(valid({ services: { lantern: { image: 'x', depends_on } } })).toBe(false)
  })
})

describe('variables', () => {
  const required = [
    ...new Set(references().flatMap(({ name, otherwise }) => (otherwise === '?' ? [name] : []))),
  ]

  test('.env.example as it is starts nothing; each secret alone that is missing is named, with what makes it', () => {
    expect(() => composed(empty)).toThrow('missing a value')
    expect(required.length).toBeGreaterThan(3)
    for (const name of required)
      expect(() => composed({ ...full, [name]: '' }), name).toThrow(
        `required variable ${name} is missing a value: put one into .env, made by openssl rand -hex 32`,
      )
    expect(required.map((name) => empty[name])).toEqual(required.map(() => ''))
  })

  test("README's line fills each of them, differently, and then the city may start", () => {
    const line = /^\[ -e \.env \] .*$/m.exec(readme)?.[0] ?? ''
    const folder = temporaryFolder()
    copyFileSync(join(root, '.env.example'), join(folder, '.env.example'))
    execFileSync('sh', ['-ec', line], { cwd: folder })
    const made = parseEnvironmentFile(readFileSync(join(folder, '.env'), 'utf8'))
    expect(new Set(required.map((name) => made[name])).size).toBe(required.length)
    for (const name of required) expect(made[name], name).toMatch(/^[0-9a-f]{64}$/)
    expect({ ...made, ...empty }).toEqual(empty)
    expect(() => composed(made)).not.toThrow()
    expect(statSync(join(folder, '.env')).mode & 0o777, 'for its owner only').toBe(0o600)
    execFileSync('sh', ['-ec', line], { cwd: folder })
    expect(parseEnvironmentFile(readFileSync(join(folder, '.env'), 'utf8')), 'kept the second time').toEqual(
      made,
    )
  })

  test('the file names those of .env.example and no other', () => {
    const passedOn = Object.entries(service('lantern').environment).flatMap(([name, value]) =>
      value === null ? [name] : [],
    )
    const known = new Set([...references().map(({ name }) => name), ...passedOn])
    expect(Object.keys(empty).filter((name) => !known.has(name))).toEqual([])
    expect(references().filter(({ name }) => !(name in empty))).toEqual([])
  })

  test('no secret stands in the file, nor any default for one', () => {
    const secrets = /^\s+(\w*(?:PASSWORD|TOKEN|SECRET)\w*): *(.*)$/gm
    const given = [...composeText.matchAll(secrets)].map(([, name, value = '']) => ({ name, value }))
    expect(given.length).toBeGreaterThan(4)
    expect(given.filter(({ value }) => !/^\$\{\w+:\?[^}]+\}$/.test(value))).toEqual([])
  })

  test('what .env.example says without being changed is what would hold without it', () => {
    const secrets = Object.fromEntries(required.map((name) => [name, 'x']))
    const addresses = (variables: Record<string, string>) =>
      Object.values(composed({ ...variables, ...secrets }).services).flatMap(({ ports }) => ports)
    expect(addresses({ ...empty })).toEqual(addresses({}))
  })

  test('only plain lines are read from an environment file, and only three forms of variables', () => {
    expect(() => parseEnvironmentFile("A='b c'")).toThrow('not a plain')
    expect(() => references(['$', '{A:+b}'].join(''))).toThrow('not understood')
    expect(() => references('cost: 5$')).toThrow('not understood')
  })
})

describe('each service', () => {
  test('has an exact version', () => {
    const version = z.object({ version: z.string() }).parse(JSON.parse(read('package.json'))).version
    for (const [name, { image }] of everyService)
      expect(image, name).toMatch(/^[a-z][a-z/]*:\d+\.\d+\.\d+(-[a-z0-9-]+)?$/)
    const ours = everyService.filter(([, { build }]) => build === '.')
    expect(ours.map(([name]) => name)).toEqual(['lantern', 'fleet-key', 'simulators'])
    for (const [name, { image, pull_policy }] of ours)
      expect([image, pull_policy], name).toEqual([`lantern:${version}`, 'build'])
  })

  test('may do as little as can be', () => {
    for (const [name, one] of everyService) {
      expect(one.security_opt, name).toEqual(['no-new-privileges:true'])
      expect(one.cap_drop, name).toEqual(['ALL'])
      expect(one.privileged, name).toBeUndefined()
      // InfluxDB's image writes where it likes; it runs as its own user instead.
      expect(one.read_only || one.user === '1000:1000', name).toBe(true)
    }
  })

  test('comes back after a crash, and its log cannot fill the disk', () => {
    for (const [name, { restart, logging }] of everyService) {
      expect(restart, name).toBe(name === 'fleet-key' ? 'on-failure:3' : 'unless-stopped')
      expect(logging, name).toEqual({ driver: 'json-file', options: { 'max-size': '10m', 'max-file': '5' } })
    }
  })

  test('starts after those it needs, and those are well by then', () => {
    const started: string[] = []
    while (started.length < everyService.length) {
      const next = everyService.filter(
        ([name, { depends_on }]) =>
          !started.includes(name) && Object.keys(depends_on).every((other) => started.includes(other)),
      )
      expect(next, `a circle, or an unknown service, beyond ${started}`).not.toEqual([])
      started.push(...next.map(([name]) => name))
    }
    expect(started.slice(0, 2)).toEqual(['influxdb', 'lantern'])
    for (const [name, { depends_on }] of everyService)
      for (const [other, { condition }] of Object.entries(depends_on)) {
        const { healthcheck, restart, build } = service(other)
        if (restart === 'on-failure:3') expect(condition, name).toBe('service_completed_successfully')
        else {
          expect(condition, name).toBe('service_healthy')
          expect(healthcheck?.test ?? (build && !healthcheck), `${other} says how it is`).toBeTruthy()
        }
      }
  })

  test('is on the networks it needs: the simulators cannot reach InfluxDB, and InfluxDB nobody', () => {
    expect(networks).toEqual({ city: null, stores: { internal: true } })
    expect(service('influxdb').networks).toEqual(['stores'])
    expect(service('simulators').networks).toEqual(['city'])
    expect(service('fleet-key').networks).toEqual(['city'])
  })
})

describe('doors', () => {
  const open = everyService.flatMap(([name, { ports }]) => ports.map((port) => `${name} ${port}`))

  test('are three, on this machine only', () => {
    expect(open).toEqual([
      'lantern 127.0.0.1:8080:8080',
      'lantern 127.0.0.1:1883:1883',
      'grafana 127.0.0.1:3000:3000',
    ])
    expect(composed({ ...full, BIND_ADDRESS: '0.0.0.0', MQTT_PORT: '2883' }).services.lantern?.ports).toEqual(
      ['0.0.0.0:8080:8080', '0.0.0.0:2883:1883'],
    )
    for (const door of ['http://127.0.0.1:8080', 'mqtt://127.0.0.1:1883', 'http://127.0.0.1:3000'])
      expect(readme.includes(door), `README.md names ${door}`).toBe(true)
  })

  test("are Lantern's own ports", () => {
    const config = readConfig({})
    expect([config.LANTERN_HTTP_PORT, config.LANTERN_MQTT_PORT]).toEqual([8080, 1883])
    expect(stepsOf(ourImage, 'expose').flatMap(({ ports }) => ports)).toEqual([8080, 1883])
  })
})

describe('Lantern in it', () => {
  const environment = { ...imageEnvironment, ...environmentOf(service('lantern'), full) }

  test('gets settings that it takes, and can be given each one that is not decided here', () => {
    expect(readConfig(environment)).toMatchObject({
      LANTERN_DATA_DIR: '/data',
      LANTERN_HTTP_HOST: '0.0.0.0',
      LANTERN_TELEMETRY: 'influxdb',
      LANTERN_INFLUX_URL: 'http://influxdb:8086',
      LANTERN_INFLUX_TOKEN: full.INFLUX_TOKEN,
      LANTERN_FLEET: 'off',
      LANTERN_CITY: 'demo',
    })
    // The ports of the container, how one signs in to InfluxDB 1.x, and what is for `npm run grafana` alone.
    const noChoice = /^LANTERN_(HTTP_PORT|MQTT_PORT|INFLUX_USER|INFLUX_PASSWORD|GRAFANA_\w+)$/
    const named = [...Object.keys(service('lantern').environment), ...Object.keys(imageEnvironment)]
    const settings = describeSettings().map(({ name }) => name)
    expect(settings.filter((name) => !named.includes(name) && !noChoice.test(name))).toEqual([])
    expect(named.filter((name) => name.startsWith('LANTERN_') && !settings.includes(name))).toEqual([])
  })

  test('is called by its name and port', () => {
    const [, ...argv] = service('simulators').command?.slice(1) ?? []
    const options = readOptions(argv)
    expect(options).toMatchObject({ adopt: true, url: 'http://lantern:8080', mqtt: 'mqtt://lantern:1883' })
    expect(service('simulators').command?.[1]).toBe('simulators/main.ts')
    expect(service('fleet-key').command).toEqual([
      'node',
      'docker/fleet-key.ts',
      options.url,
      join(environment.LANTERN_DATA_DIR, 'admin.key'),
      options['key-file'],
    ])
    for (const file of ['docker/fleet-key.ts', 'simulators/main.ts']) expect(tree).toContain(file)
  })

  test("the simulators never see Lantern's data, and what makes their key may only read it", () => {
    expect(mountsOf(service('lantern'))).toEqual([{ source: 'lantern-data', target: '/data', mode: 'rw' }])
    expect(mountsOf(service('fleet-key'))).toEqual([
      { source: 'lantern-data', target: '/data', mode: 'ro' },
      { source: 'fleet-key', target: '/keys', mode: 'rw' },
    ])
    expect(mountsOf(service('simulators'))).toEqual([{ source: 'fleet-key', target: '/keys', mode: 'ro' }])
  })
})

test('every volume is declared and used', () => {
  const sources = everyService.flatMap(([, one]) => mountsOf(one)).map(({ source }) => source)
  const named = sources.filter((source) => !source.startsWith('./'))
  expect([...new Set(named)].sort()).toEqual(Object.keys(volumes).sort())
})

describe('InfluxDB in it', () => {
  const influxdb = environmentOf(service('influxdb'), full)
  const lantern = environmentOf(service('lantern'), full)
  const grafana = environmentOf(service('grafana'), full)

  test('is the one that Lantern and Grafana are told of', () => {
    expect(influxdb.DOCKER_INFLUXDB_INIT_ADMIN_TOKEN).toBe(lantern.LANTERN_INFLUX_TOKEN)
    expect(influxdb.DOCKER_INFLUXDB_INIT_ORG).toBe(lantern.LANTERN_INFLUX_ORG)
    expect(influxdb.DOCKER_INFLUXDB_INIT_BUCKET).toBe(lantern.LANTERN_INFLUX_BUCKET)
    expect(grafana.LANTERN_INFLUX_BUCKET).toBe(lantern.LANTERN_INFLUX_BUCKET)
    expect(grafana.LANTERN_INFLUX_URL).toBe(lantern.LANTERN_INFLUX_URL)
    expect([grafana.LANTERN_INFLUX_USER, grafana.LANTERN_INFLUX_PASSWORD]).toEqual([
      influxdb.READER_NAME,
      influxdb.READER_PASSWORD,
    ])
    expect(Object.values(grafana)).not.toContain(full.INFLUX_TOKEN)
  })

  test('makes the second bucket and a reader of both, by the calls that its command line takes', () => {
    const folder = temporaryFolder()
    const [stub, calls] = [join(folder, 'influx'), join(folder, 'calls')]
    writeFileSync(
      stub,
      `#!/bin/bash\nprintf '%s|' "$@" >> ${calls}\necho >> ${calls}\nprintf '0a5b\\tlantern_5m\\n'\n`,
    )
    chmodSync(stub, 0o755)
    const script = join(root, 'docker/influxdb-reader.sh')
    expect(statSync(script).mode & 0o111, 'the image runs only what may be run').toBe(0o111)
    execFileSync(script, {
      env: { ...influxdb, DOCKER_INFLUXDB_INIT_BUCKET_ID: '0a5a', PATH: `${folder}:/usr/bin:/bin` },
    })
    expect(readFileSync(calls, 'utf8').trim().split('\n')).toEqual([
      'bucket|create|--org|city|--name|lantern_5m|--retention|0|--hide-headers|',
      `v1|auth|create|--org|city|--description|Grafana, reads only|--username|grafana|--password|${full.INFLUX_READER_PASSWORD}|--read-bucket|0a5a|--read-bucket|0a5b|`,
    ])
  })
})
