/**
 * Mosquitto as the yardstick of the throughput: the fastest thing that speaks the same protocol. It checks
 * nobody and stores nothing. Used where it is installed.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../support/lantern.ts'
import { withFolder, within } from './subject.ts'

export const howToInstall =
  'Mosquitto is not installed; with it (apt install mosquitto) the ratio is measured'

/** The path of the program; undefined where it is not installed. */
export function findMosquitto(): string | undefined {
  // Debian installs it where only the administrator's path leads.
  const folders = ['/usr/sbin', '/usr/local/sbin', ...(process.env.PATH ?? '').split(delimiter)]
  return folders
    .filter(Boolean)
    .map((folder) => join(folder, 'mosquitto'))
    .find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Runs it on a free port of loopback for as long as `use` takes. */
export function withMosquitto<T>(
  options: { program: string; folder: string },
  use: (mosquitto: { port: number; pid: number }) => Promise<T>,
): Promise<T> {
  return withFolder(options.folder, async (folder) => {
    const port = await freePort()
    const file = join(folder, 'mosquitto.conf')
    const settings = [`listener ${port} 127.0.0.1`, 'allow_anonymous true', 'persistence false']
    await writeFile(file, [...settings, 'set_tcp_nodelay true', 'log_type none', ''].join('\n'))
    const child = spawn(options.program, ['-c', file], { stdio: 'ignore' })
    const ended = once(child, 'exit')
    try {
      await once(child, 'spawn')
      await within(5000, 'Mosquitto to listen', untilOpen(port))
      return await use({ port, pid: child.pid ?? 0 })
    } finally {
      child.kill('SIGKILL')
      await ended
    }
  })
}

async function untilOpen(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const socket = connect({ host: '127.0.0.1', port })
    const open = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (open) return
    await sleep(50)
  }
}
