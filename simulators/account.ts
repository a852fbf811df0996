/**
 * What a run of the simulator did, counted in readings. `refused` is whatever was not acknowledged at the
 * end: its PUBACK never came, or its device was not let in.
 */
export interface Account {
  devices: number
  /** Devices that were ever signed in, and those the server would not let in at the end. */
  connected: number
  shutOut: number
  /** Distinct readings handed to a connection, those of them that a PUBACK came for, and those sent twice. */
  sent: number
  acknowledged: number
  resent: number
  /** Not acknowledged at the end. */
  refused: number
  /** Oldest readings that a device threw away while its buffer was full. */
  dropped: number
  readonly startedAt: number
}

export function createAccount(startedAt: number): Account {
  const none = {
    devices: 0,
    connected: 0,
    shutOut: 0,
    sent: 0,
    acknowledged: 0,
    resent: 0,
    refused: 0,
    dropped: 0,
  }
  return { ...none, startedAt }
}

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

/** The account in words, one line a figure. */
export function reportOf(account: Account, now: number): string {
  const seconds = Math.max(0.001, (now - account.startedAt) / 1000)
  const lines: [string, string][] = [
    ['devices', whole.format(account.devices)],
    [
      'connected',
      `${whole.format(account.connected)}${account.shutOut > 0 ? ` (${account.shutOut} were not let in)` : ''}`,
    ],
    [
      'sent',
      `${whole.format(account.sent)} readings${account.resent > 0 ? ` (${whole.format(account.resent)} of them again)` : ''}`,
    ],
    ['acknowledged', whole.format(account.acknowledged)],
    ['refused', whole.format(account.refused)],
    ['dropped', whole.format(account.dropped)],
    ['rate', `${(account.acknowledged / seconds).toFixed(1)} readings/s`],
    ['time', `${seconds.toFixed(1)} s`],
  ]
  return lines.map(([name, value]) => `  ${name.padEnd(13)} ${value}`).join('\n')
}

/** Whether the run may call itself a success. */
export const isClean = (account: Account) =>
  account.refused === 0 && account.dropped === 0 && account.shutOut === 0
