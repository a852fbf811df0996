/** Real receivers for tests of the dispatcher: an HTTP server that answers as a test says, and a mailbox over SMTP. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { afterAll } from 'vitest'

export interface Call {
  readonly path: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
  /** Epoch ms. */
  readonly at: number
}

export interface Receiver {
  readonly url: string
  readonly calls: Call[]
  /** How the next calls are answered; 204 unless it says otherwise. */
  answer: (call: Call, response: ServerResponse) => void
  stop(): Promise<void>
}

export async function startReceiver(): Promise<Receiver> {
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const body = Buffer.concat(parts).toString()
      const call = { path: request.url ?? '', headers: flat(request.headers), body, at: Date.now() }
      receiver.calls.push(call)
      receiver.answer(call, response)
    })
  })
  const listening = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
  const receiver: Receiver = {
    url: `http://127.0.0.1:${listening}`,
    calls: [],
    answer: (_call, response) => response.writeHead(204).end(),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  afterAll(() => receiver.stop())
  return receiver
}

function flat(headers: IncomingHttpHeaders): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
}

export interface Mailbox {
  readonly url: string
  readonly mails: { readonly to: string[]; readonly text: string }[]
  /** Refuses what comes, while it says so. */
  refusing: boolean
}

export async function startMailbox(): Promise<Mailbox> {
  const mailbox: { url: string; mails: Mailbox['mails']; refusing: boolean } = {
    url: '',
    mails: [],
    refusing: false,
  }
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, done) {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => parts.push(part))
      stream.on('end', () => {
        if (mailbox.refusing)
          return done(Object.assign(new Error('the mailbox is full'), { responseCode: 452 }))
        const to = session.envelope.rcptTo.map(({ address }) => address)
        mailbox.mails.push({ to, text: Buffer.concat(parts).toString() })
        done()
      })
    },
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  mailbox.url = `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`
  afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())))
  return mailbox
}
