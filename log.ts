/**
 * The log: JSON lines, or readable ones on a terminal. Every process of Lantern makes its own with this; the
 * API's and the broker's secrets never reach it, and what looks like one is taken out all the same.
 */
import { type Logger, pino } from 'pino'
import pretty from 'pino-pretty'

export function createLogger(options: { name: string; level: string }): Logger {
  const settings = {
    name: options.name,
    level: options.level,
    redact: {
      paths: ['*.password', '*.token', '*.key', '*.authorization', 'password', 'token', 'authorization'],
    },
    base: { name: options.name },
    timestamp: pino.stdTimeFunctions.isoTime,
  }
  if (!process.stdout.isTTY) return pino(settings)
  return pino(settings, pretty({ translateTime: 'SYS:HH:MM:ss', singleLine: true, sync: true }))
}
