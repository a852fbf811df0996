/**
 * The dispatcher with real receivers, over real HTTP and SMTP: what they are sent, in which order, what happens to those
 * that fail, are slow, lie, or stand where nothing may be sent, and that nobody else feels it.
 */
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { webhookBody } from '../alerts/dispatch/message.ts'
import { isSigned } from '../model/signing.ts'
import type { Delivery } from '../stores/registry/alerts-port.ts'
import { opening, stepping } from './alert-examples.ts'
import { type Office, openOffice, secret } from './alerts/office.ts'
import { type Call, type Receiver, startMailbox, startReceiver } from './alerts/receivers.ts'
import { temporaryFolder } from './support/temporary.ts'

const until = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 15_000, interval: 10 })
const mailbox = await startMailbox()
let office: Office
let receiver: Receiver
let file: string

beforeEach(async () => {
  file = join(temporaryFolder(), 'registry.sqlite')
  receiver = await startReceiver()
  mailbox.mails.length = 0
  mailbox.refusing = false
  office = await openOffice({ file, smtpUrl: mailbox.url })
})
afterEach(async () => {
  await office.stop()
  await receiver.stop()
})

const noCall: Call = { path: '', headers: {}, body: '', at: 0 }
const hook = (path = '/', more: object = {}) => ({
  name: 'a receiver',
  channel: { type: 'webhook', url: receiver.url + path },
  ...more,
})
const deliveries = async (subscription: string): Promise<Delivery[]> =>
  (await office.registry.deliveries({ subscription, limit: 1000 })).items
const stepsAt = (path: string) =>
  receiver.calls
    .filter((call) => call.path === path)
    .flatMap(({ body }) => webhookBody.parse(JSON.parse(body)).items)
    .map(({ alert, step }) => `${alert.subject.id} ${step.step}`)

describe('a webhook', () => {
  it('is signed, can be told from its repetition, and says what happened', async () => {
    await office.subscribe('a', hook())
    await office.change(opening('dark', 'cam-1'))
    await until(() => expect(receiver.calls).toHaveLength(1))
    const [{ headers, body } = noCall] = receiver.calls
    expect(isSigned({ headers, body, secret })).toBe(true)
    expect(isSigned({ headers, body: `${body} `, secret })).toBe(false)
    expect(isSigned({ headers: { ...headers, 'webhook-timestamp': '1' }, body, secret })).toBe(false)
    expect(Math.abs(Number(headers['webhook-timestamp']) - Date.now() / 1000)).toBeLessThan(60)
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': 'a-1',
      'idempotency-key': 'a-1',
      'ce-specversion': '1.0',
      'ce-id': 'a-1',
      'ce-source': 'https://lantern.example',
      'ce-type': 'lantern.alert.opened',
      'ce-subject': 'alerts/1',
    })
    const parsed = webhookBody.parse(JSON.parse(body))
    expect(parsed).toMatchObject({ type: 'alert', items: [{ step: { step: 'opened' }, alert: { id: 1 } }] })
    await until(async () => expect(await deliveries('a')).toMatchObject([{ state: 'sent', attempts: 1 }]))
  })

  it('speaks to receivers of Prometheus Alertmanager', async () => {
    await office.subscribe(
      'a',
      hook('/', { channel: { type: 'webhook', url: receiver.url, format: 'alertmanager' } }),
    )
    await office.change(opening('dark', 'cam-1'), stepping('dark cam-1', 'cleared'))
    await until(() => expect(receiver.calls).toHaveLength(2))
    const [, last] = receiver.calls.map(({ body }) => JSON.parse(body))
    expect(last).toMatchObject({
      version: '4',
      status: 'resolved',
      receiver: 'a receiver',
      externalURL: 'https://lantern.example',
      commonLabels: { alertname: 'dark', subject: 'cam-1' },
      alerts: [
        {
          status: 'resolved',
          labels: { alertname: 'dark' },
          generatorURL: 'https://lantern.example/alerts/1',
        },
      ],
    })
    expect(Date.parse(last.alerts[0].endsAt)).toBeGreaterThan(0)
  })

  it('that fails is tried again with the same id, and what follows of its alert waits for it', async () => {
    await office.subscribe('a', hook())
    receiver.answer = (_call, response) =>
      response.writeHead(receiver.calls.length <= 2 ? 503 : 200).end('busy now')
    await office.change(opening('dark', 'cam-1'))
    await office.change(stepping('dark cam-1', 'acknowledged'))
    await office.change(opening('dark', 'cam-2'))
    await until(() => expect(receiver.calls.length).toBeGreaterThanOrEqual(2))
    await until(async () =>
      expect((await deliveries('a')).find(({ id }) => id === 1)).toMatchObject({
        state: 'queued',
        lastError: '503: busy now',
      }),
    )
    await until(async () => expect((await deliveries('a')).every(({ state }) => state === 'sent')).toBe(true))
    const ofFirst = receiver.calls.filter(({ body }) => body.includes('"cam-1"'))
    expect(ofFirst.map(({ headers }) => headers['webhook-id'])).toEqual(['a-1', 'a-1', 'a-2'])
  })

  it('whose receiver is gone for good is given up, and can be sent again by hand', async () => {
    await office.subscribe('a', hook())
    receiver.answer = (_call, response) => response.writeHead(410).end()
    await office.change(opening('dark', 'cam-1'))
    await until(async () =>
      expect(await deliveries('a')).toMatchObject([{ state: 'dead', lastError: '410 Gone' }]),
    )
    receiver.answer = (_call, response) => response.writeHead(200).end()
    await office.registry.retryDelivery('a', 1, Date.now())
    await until(async () => expect(await deliveries('a')).toMatchObject([{ state: 'sent' }]))
  })

  it('follows no redirect', async () => {
    await office.subscribe('a', hook('/old'))
    receiver.answer = (_call, response) => response.writeHead(307, { location: '/new' }).end()
    await office.change(opening('dark', 'cam-1'))
    await until(async () =>
      expect((await deliveries('a'))[0]?.lastError).toMatch(/^307: redirects are not followed/),
    )
    expect(receiver.calls.every(({ path }) => path === '/old')).toBe(true)
  })

  it('reads no huge answer, and takes its status all the same', async () => {
    await office.subscribe('a', hook())
    let written = 0
    receiver.answer = (_call, response) => {
      response.writeHead(200)
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536))) written += 65_536
      }
      response.on('drain', more)
      more()
    }
    await office.change(opening('dark', 'cam-1'))
    await until(async () => expect(await deliveries('a')).toMatchObject([{ state: 'sent' }]))
    expect(written).toBeLessThan(64 << 20)
  })

  it('waits as long as its receiver asks for', async () => {
    await office.subscribe('a', hook())
    receiver.answer = (_call, response) => response.writeHead(429, { 'retry-after': '1800' }).end()
    await office.change(opening('dark', 'cam-1'))
    await until(async () => expect((await deliveries('a'))[0]?.attempts).toBe(1))
    const [waiting] = await deliveries('a')
    expect((waiting?.dueAt ?? 0) - Date.now()).toBeGreaterThan(1_700_000)
  })
})

describe('where webhooks may go', () => {
  it.each([
    ['http://127.0.0.1:9/', /127\.0\.0\.1 is a private or special address/],
    ['http://2130706433/', /127\.0\.0\.1 is a private/],
    ['http://0x7f.1/', /127\.0\.0\.1 is a private/],
    ['http://localhost:9/', /localhost \(.*\) is a private/],
    ['http://[::1]:9/', /::1 is a private/],
    ['http://[::ffff:10.0.0.1]/', /is a private/],
    ['http://[64:ff9b::a9fe:a9fe]/', /is a private/],
    ['http://169.254.169.254/latest/meta-data', /169\.254\.169\.254 is a private/],
    ['http://10.1.2.3/', /10\.1\.2\.3 is a private/],
    ['http://[fe80::1]/', /fe80::1 is a private/],
  ])('%s is refused', async (url, words) => {
    await office.stop()
    office = await openOffice({ file, allowed: [] })
    await office.subscribe('a', { name: 'inside', channel: { type: 'webhook', url } })
    await office.change(opening('dark', 'cam-1'))
    await until(async () => expect((await deliveries('a'))[0]?.lastError).toMatch(words))
    expect(receiver.calls).toEqual([])
  })

  it('an allowed range may be reached by name too', async () => {
    await office.stop()
    office = await openOffice({ file, allowed: ['127.0.0.0/8', '::1/128'] })
    const url = receiver.url.replace('127.0.0.1', 'localhost')
    await office.subscribe('a', { name: 'inside', channel: { type: 'webhook', url } })
    await office.change(opening('dark', 'cam-1'))
    await until(async () => expect(await deliveries('a')).toMatchObject([{ state: 'sent' }]))
  })
})

describe('many subscribers', () => {
  it('are served though some are dead and some are slow', async () => {
    const dead = 'http://127.0.0.1:9/'
    for (let index = 0; index < 20; index++) {
      const id = `s${index}`
      if (index < 3) await office.subscribe(id, { name: id, channel: { type: 'webhook', url: dead } })
      else await office.subscribe(id, hook(`/${id}`))
    }
    // Two never answer.
    receiver.answer = ({ path }, response) => {
      if (path !== '/s3' && path !== '/s4') response.writeHead(200).end()
    }
    await office.change(...Array.from({ length: 50 }, (_, index) => opening('dark', `cam-${index}`)))
    await until(() => {
      for (let index = 5; index < 20; index++) expect(new Set(stepsAt(`/s${index}`)).size).toBe(50)
    })
    expect((await deliveries('s0')).every(({ state }) => state === 'queued')).toBe(true)
    expect(office.dispatcher.figures().resting).toBe(3)
    // A target that rests is left alone: far fewer attempts than deliveries.
    const attempts = (await deliveries('s0')).reduce((sum, one) => sum + one.attempts, 0)
    expect(attempts).toBeLessThan(20)
  })

  it('each get the steps of one alert in their order', async () => {
    await office.subscribe('a', hook('/a'))
    const subjects = Array.from({ length: 10 }, (_, index) => `cam-${index}`)
    receiver.answer = (_call, response) =>
      void setTimeout(() => response.writeHead(200).end(), Math.random() * 20)
    for (const subject of subjects) {
      await office.change(opening('dark', subject))
      await office.change(stepping(`dark ${subject}`, 'acknowledged'), stepping(`dark ${subject}`, 'cleared'))
    }
    await until(() => expect(stepsAt('/a')).toHaveLength(30))
    for (const subject of subjects)
      expect(stepsAt('/a').filter((line) => line.startsWith(`${subject} `))).toEqual([
        `${subject} opened`,
        `${subject} acknowledged`,
        `${subject} cleared`,
      ])
  })
})

describe('quiet hours and digests', () => {
  it('hold back what is not critical until they are over', async () => {
    const day = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
    const now = new Date(Date.now() + 7 * 3_600_000)
    const hour = (ahead: number) => `${String((now.getUTCHours() + ahead + 24) % 24).padStart(2, '0')}:00`
    const quiet = { from: hour(0), to: hour(2), days: [...day], timeZone: 'Asia/Ho_Chi_Minh' }
    await office.subscribe('a', hook('/a', { quiet }))
    await office.change(opening('dark', 'cam-1'), opening('fire', 'cam-2', { severity: 'critical' }))
    await until(() => expect(stepsAt('/a')).toEqual(['cam-2 opened']))
    await until(async () => {
      const [, first] = await deliveries('a')
      expect((first?.dueAt ?? 0) - Date.now()).toBeGreaterThan(3_500_000)
    })
    office.skew = 2 * 3_600_000
    await until(() => expect(stepsAt('/a')).toEqual(['cam-2 opened', 'cam-1 opened']))
  })

  it('put everything of their time into one message', async () => {
    await office.subscribe('a', hook('/a', { digestSeconds: 600 }))
    await office.change(opening('dark', 'cam-1'), opening('dark', 'cam-2'), opening('dark', 'cam-3'))
    await office.change(stepping('dark cam-1', 'cleared'))
    await until(async () => {
      const heads = (await deliveries('a')).filter(({ dueAt }) => dueAt > Date.now() + 1000)
      expect(heads.length).toBeGreaterThanOrEqual(3)
    })
    expect(receiver.calls).toEqual([])
    office.skew = 600_000
    await until(() => expect(stepsAt('/a')).toHaveLength(4))
    expect(receiver.calls.map(({ body }) => JSON.parse(body).type)).toEqual(['digest'])
  })
})

describe('e-mail', () => {
  it('says what is wrong, where, since when and what to do, and comes once more when the server was full', async () => {
    mailbox.refusing = true
    await office.subscribe('m', {
      name: 'the night shift',
      channel: { type: 'email', to: ['night@city.example'] },
    })
    await office.change(
      opening('dark', 'cam-1', { title: 'Camera at Chợ Thủ Dầu Một is dark', action: 'Go there.' }),
    )
    await until(async () => expect((await deliveries('m'))[0]?.lastError).toMatch(/452|full/))
    mailbox.refusing = false
    await until(() => expect(mailbox.mails).toHaveLength(1))
    const [mail] = mailbox.mails
    expect(mail?.to).toEqual(['night@city.example'])
    expect(mail?.text).toContain('Message-ID: <m-1@lantern.example>')
    expect(mail?.text).toContain('Auto-Submitted: auto-generated')
    expect(mail?.text).toContain('Go there.')
    expect(mail?.text).toMatch(/^https:\/\/lantern\.example\/alerts\/1\r?$/m)
  })

  it('without a mail server says so', async () => {
    await office.stop()
    office = await openOffice({ file })
    await office.subscribe('m', { name: 'nobody', channel: { type: 'email', to: ['a@city.example'] } })
    await office.change(opening('dark', 'cam-1'))
    await until(async () => expect((await deliveries('m'))[0]?.lastError).toContain('LANTERN_SMTP_URL'))
  })
})

describe('a restart', () => {
  it('sends what was under way again, with the same id', async () => {
    await office.subscribe('a', hook('/a'))
    receiver.answer = () => undefined
    await office.change(opening('dark', 'cam-1'))
    await until(() => expect(receiver.calls).toHaveLength(1))
    await office.stop()
    receiver.answer = (_call, response) => response.writeHead(200).end()
    office = await openOffice({ file })
    await until(async () => expect(await deliveries('a')).toMatchObject([{ state: 'sent' }]))
    expect(receiver.calls.map(({ headers }) => headers['webhook-id'])).toEqual(['a-1', 'a-1'])
  })

  it('a test goes the way of every delivery', async () => {
    await office.subscribe('a', hook('/a'))
    await office.registry.addTestDelivery('a', Date.now())
    await until(() => expect(receiver.calls.map(({ body }) => JSON.parse(body).type)).toEqual(['test']))
  })
})
