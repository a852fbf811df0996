/** Alerts over MQTT: a real broker, a real registry and real clients, as screens in a control room have them. */
import { join } from 'node:path'
import type { MqttClient } from 'mqtt'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Board, createBoard } from '../alerts/board.ts'
import { type Broker, createBroker } from '../broker/broker.ts'
import { shownAlert } from '../model/alert.ts'
import type { JournalWriter } from '../stores/journal/port.ts'
import type { AlertChange } from '../stores/registry/alerts-port.ts'
import type { Registry } from '../stores/registry/port.ts'
import { createSqliteRegistry } from '../stores/registry/sqlite.ts'
import { opening, stepping } from './alert-examples.ts'
import { closed, connect } from './support/mqtt.ts'
import { addKey, areas, places, type SignedUp, signUp } from './support/small-city.ts'
import { temporaryFolder } from './support/temporary.ts'

const logger = pino({ level: 'silent' })
const journal: JournalWriter = {
  start: async () => undefined,
  stop: async () => undefined,
  append: (_message, done) => done(),
  trim: () => undefined,
  stats: () => ({ newest: 0, bytes: 0, limitBytes: 1, blocked: null }),
}
let registry: Registry
let broker: Broker
let board: Board
let url: string
let key: string
let camera: SignedUp | undefined
const clients: MqttClient[] = []

/** As lantern.ts does. */
async function startBroker(): Promise<void> {
  const limits = { maxConnections: 100, maxPayloadBytes: 65_536 }
  broker = createBroker({ journal, registry, ...limits, clock: Date.now, logger })
  const { port } = await broker.start({ host: '127.0.0.1', port: 0 })
  url = `mqtt://127.0.0.1:${port}`
  board = createBoard({ registry, announce: broker.announce, logger })
  await board.start()
}
async function stopBroker(): Promise<void> {
  await Promise.all(clients.splice(0).map((client) => client.endAsync(true)))
  await board.stop()
  await broker.stop()
}

beforeEach(async () => {
  registry = createSqliteRegistry({ file: join(temporaryFolder(), 'registry.sqlite') })
  await registry.start()
  await registry.putCity({ areas, places })
  camera = (await signUp(registry, [{ id: 'cam-1', kind: 'camera' }]))[0]
  key = await addKey(registry, 'viewer')
  await startBroker()
})
afterEach(async () => {
  await stopBroker()
  await registry.stop()
})

const change = (...changes: AlertChange[]) => registry.changeAlerts(changes, 2000)

/** A screen: what stands on it now, by topic, and every message that it ever had. */
async function screen(filter = 'alerts/#') {
  const client = await connect(url, { username: 'api-key', password: key })
  clients.push(client)
  const shown = new Map<string, string>()
  const heard: string[] = []
  client.on('message', (topic, payload) => {
    const text = payload.toString()
    heard.push(`${topic} ${text === '' ? 'gone' : shownAlert.parse(JSON.parse(text)).state}`)
    if (text === '') shown.delete(topic)
    else shown.set(topic, text)
  })
  const [granted] = await client.subscribeAsync(filter, { qos: 1 })
  const topics = () => [...shown.keys()].sort()
  return { client, shown, heard, topics, granted: granted?.qos }
}
const shows = (view: { topics(): string[] }, topics: string[]) =>
  expect.poll(view.topics, { timeout: 10_000, interval: 20 }).toEqual(topics)

describe('a screen', () => {
  it('that joins late sees what is open, each as it is now, and nothing of what is over', async () => {
    await change(
      opening('dark', 'c1'),
      opening('dark', 'c2'),
      opening('flood', 's1', { severity: 'critical' }),
    )
    await change(stepping('dark c1', 'cleared'), stepping('flood s1', 'acknowledged'))
    const early = await screen()
    await shows(early, ['alerts/top/d1/critical/3', 'alerts/top/d1/major/2'])
    const late = await screen()
    await shows(late, ['alerts/top/d1/critical/3', 'alerts/top/d1/major/2'])
    const flood = shownAlert.parse(JSON.parse(late.shown.get('alerts/top/d1/critical/3') ?? ''))
    expect(flood).toMatchObject({ id: 3, rule: 'flood', state: 'acknowledged', subject: { id: 's1' } })
    expect(late.heard.some((line) => line.endsWith('gone'))).toBe(false)
  })

  it('sees an alert come, move when it becomes graver or less so, and go', async () => {
    const view = await screen()
    await change(opening('dark', 'c1'))
    await shows(view, ['alerts/top/d1/major/1'])
    await change(stepping('dark c1', 'escalated', { severity: 'critical' }))
    await shows(view, ['alerts/top/d1/critical/1'])
    await change(stepping('dark c1', 'acknowledged'), stepping('dark c1', 'deescalated'))
    await shows(view, ['alerts/top/d1/major/1'])
    await change(stepping('dark c1', 'cleared'))
    await shows(view, [])
    await shows(await screen(), [])
  })

  it('does not see what is shelved or what another stands for, until it stands for itself again', async () => {
    const view = await screen()
    await change(
      opening('storm', 'd1', { subjectType: 'area', areas: ['d1', 'top'] }),
      opening('dark', 'c1'),
      { ...opening('dark', 'c2'), inhibitedBy: { rule: 'storm', subject: 'd1' } } as AlertChange,
      { ...stepping('dark c1', 'inhibited'), inhibitedBy: { rule: 'storm', subject: 'd1' } } as AlertChange,
    )
    await shows(view, ['alerts/top/d1/major/1'])
    await change(stepping('storm d1', 'cleared'))
    await shows(view, ['alerts/top/d1/major/2', 'alerts/top/d1/major/3'])
    await change(stepping('dark c1', 'shelved', { until: 5000 }))
    await shows(view, ['alerts/top/d1/major/3'])
    await registry.runAlertTimers(5000)
    await shows(view, ['alerts/top/d1/major/2', 'alerts/top/d1/major/3'])
  })

  it('of an area sees what is in it, at any depth, and a screen of a severity only that', async () => {
    await change(
      opening('dark', 'c1', { areas: ['d1', 'p1'] }),
      opening('dark', 'c2', { areas: ['d2', 'p1'], severity: 'critical' }),
      opening('low', 'p1', { subjectType: 'area', areas: ['p1'], severity: 'info' }),
    )
    await shows(await screen('alerts/p1/d1/#'), ['alerts/p1/d1/major/1'])
    await shows(await screen('alerts/p1/#'), [
      'alerts/p1/d1/major/1',
      'alerts/p1/d2/critical/2',
      'alerts/p1/info/3',
    ])
    await shows(await screen('alerts/+/+/critical/+'), ['alerts/p1/d2/critical/2'])
  })

  it('is for operators: a device hears nothing of it, and nobody can say an alert', async () => {
    const device = await connect(url, { username: 'cam-1', clientId: 'cam-1', password: camera?.token ?? '' })
    clients.push(device)
    await expect(device.subscribeAsync('alerts/#')).rejects.toThrow()
    const ended = closed(device)
    device.publish('alerts/top/d1/critical/9', '{}', { qos: 1, retain: true })
    await ended
    await change(opening('dark', 'c1'))
    await shows(await screen(), ['alerts/top/d1/major/1'])
  })
})

describe('after a restart', () => {
  it('what is open stands there again, and what ended meanwhile does not', async () => {
    await change(opening('dark', 'c1'), opening('dark', 'c2'), opening('dark', 'c3'))
    await shows(await screen(), ['alerts/top/d1/major/1', 'alerts/top/d1/major/2', 'alerts/top/d1/major/3'])
    await stopBroker()
    await change(
      stepping('dark c1', 'cleared'),
      stepping('dark c2', 'escalated', { severity: 'critical' }),
      opening('dark', 'c4'),
    )
    await startBroker()
    const view = await screen()
    await shows(view, ['alerts/top/d1/critical/2', 'alerts/top/d1/major/3', 'alerts/top/d1/major/4'])
    await change(stepping('dark c3', 'cleared'))
    await shows(view, ['alerts/top/d1/critical/2', 'alerts/top/d1/major/4'])
  })
})

describe('in a flood', () => {
  const count = 3000
  const names = Array.from({ length: count }, (_, index) => `c${index}`)
  const topicOf = (index: number) => `alerts/top/d1/major/${index + 1}`
  const all = names.map((_, index) => topicOf(index)).sort()

  it('thousands of open alerts reach who was there, who joins late, and who comes after a restart', async () => {
    const early = await screen()
    await change(...names.map((name) => opening('dark', name)))
    await shows(early, all)
    await shows(await screen(), all)
    await stopBroker()
    await startBroker()
    const view = await screen()
    await shows(view, all)
    await change(...names.slice(10).map((name) => stepping(`dark ${name}`, 'cleared')))
    const rest = all.filter((topic) => Number(topic.split('/').at(-1)) <= 10)
    await shows(view, rest)
    await shows(await screen(), rest)
  }, 60_000)
})

describe('while the registry fails', () => {
  it('says so in the log, and tells afterwards what it missed', async () => {
    const log: string[] = []
    let failure: Error | undefined
    const told = new Map<string, string>()
    const shaky = createBoard({
      registry: {
        ...registry,
        async versions() {
          if (failure) throw failure
          return registry.versions()
        },
      },
      async announce(topic, payload) {
        if (payload === '') told.delete(topic)
        else told.set(topic, payload)
      },
      logger: pino({}, { write: (line: string) => void log.push(JSON.parse(line).msg) }),
    })
    await shaky.start()
    failure = new Error('the disk is full')
    await expect.poll(() => log.length, { timeout: 5000 }).toBeGreaterThan(0)
    await change(opening('dark', 'c1'))
    failure = undefined
    await expect.poll(() => [...told.keys()], { timeout: 5000 }).toEqual(['alerts/top/d1/major/1'])
    await shaky.stop()
    expect(log[0]).toBe('alerts cannot be told over MQTT; it is tried again')
  })
})
