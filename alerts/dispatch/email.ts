/**
 * The e-mail channel: plain text over the SMTP server of the settings, with a Message-ID that is the same for every
 * attempt, so that a mailbox shows a repeated one once.
 */
import { createTransport } from 'nodemailer'
import type { Alert } from '../../model/alert.ts'
import { messageOf } from '../../model/errors.ts'
import { alertPage } from '../../model/pages.ts'
import { second } from '../../model/time.ts'
import type { Sender } from './channel.ts'
import type { Message, Told } from './message.ts'

export interface MailOptions {
  /** Such as `smtp://user:password@mail.example:587`; empty: there is none. */
  readonly smtpUrl: string
  readonly from: string
  readonly publicUrl: string
  /** IANA; times are written in it. */
  readonly timeZone: string
}

const timeoutMs = 20 * second
/** Longer digests are cut, and say so. */
const maxItems = 200

export function createMailSender(options: MailOptions): Sender<'email'> {
  const { smtpUrl, from, publicUrl, timeZone } = options
  const transport = smtpUrl
    ? createTransport(
        {
          url: smtpUrl,
          pool: true,
          maxConnections: 2,
          connectionTimeout: timeoutMs,
          greetingTimeout: timeoutMs,
          socketTimeout: timeoutMs,
        },
        { from, disableFileAccess: true, disableUrlAccess: true },
      )
    : undefined
  const domain = /@([A-Za-z0-9.-]+)/.exec(from)?.[1] ?? 'lantern.invalid'

  return {
    async send({ channel, message, signal }) {
      if (!transport) return { ok: false, error: 'no mail server is set: see LANTERN_SMTP_URL' }
      const sending = transport.sendMail({
        to: [...channel.to],
        subject: subjectOf(message),
        text: textOf(message, { publicUrl, timeZone }),
        messageId: `<${message.id}@${domain}>`,
        headers: { 'Auto-Submitted': 'auto-generated' },
      })
      try {
        const { rejected } = await Promise.race([sending, aborted(signal)])
        if (rejected.length > 0)
          return { ok: false, error: `refused for ${rejected.length} of the addresses` }
        return { ok: true }
      } catch (thrown) {
        return { ok: false, error: messageOf(thrown).slice(0, 200) }
      }
    },
    stop: () => transport?.close(),
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

function subjectOf({ told, subscription }: Message): string {
  const [first] = told
  if (!first) return `Lantern: a test of "${subscription.name}"`
  if (told.length === 1) return `${headline(first)}`
  return `Lantern: ${told.length} changes of alerts`
}

function headline({ alert, step }: Told): string {
  return `[${alert.severity}] ${alert.title} (${step.step})`
}

function textOf(message: Message, options: { publicUrl: string; timeZone: string }): string {
  if (message.told.length === 0)
    return 'This is a test. Alerts that this subscription asks for come to this address.\n'
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: options.timeZone,
    dateStyle: 'medium',
    timeStyle: 'medium',
  })
  const blocks = message.told.slice(0, maxItems).map((told) => {
    const { alert, step } = told
    const lines = [
      headline(told),
      `When: ${format.format(step.at)} (${options.timeZone}); since ${format.format(alert.since)}`,
      `Where: ${whereOf(alert)}`,
      ...(step.comment ? [`Comment: ${step.comment}`] : []),
      ...(alert.state === 'cleared' ? [] : [`What to do: ${alert.action}`]),
      ...(options.publicUrl ? [alertPage(options.publicUrl, alert.id)] : []),
    ]
    return lines.join('\n')
  })
  const left = message.told.length - maxItems
  if (left > 0) blocks.push(`… and ${left} more.`)
  return `${blocks.join('\n\n')}\n`
}

function whereOf({ subjectType, subject, place, areas }: Alert): string {
  return [
    `${subjectType} ${subject}`,
    ...(place ? [`place ${place}`] : []),
    ...areas.slice(0, 1).map((area) => `area ${area}`),
  ].join(', ')
}
