/**
 * What Linux knows of a running process: its CPU time, its memory, its command, how many files it may open.
 * Read from /proc, so that what is measured does nothing for it. Used by the measurements of the bench.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** Ticks of /proc/<pid>/stat in a second: fixed by the kernel for what programs see. */
const ticksPerSecond = 100

export const hasProc = (): boolean => existsSync('/proc/self/smaps_rollup')

/** CPU time so far, user and system, s. Raises where there is no such process. */
export function cpuSeconds(pid: number): number {
  return sumOfFields(`/proc/${pid}/stat`, 11, 13) / ticksPerSecond
}

/** The fields `from` … `to` − 1 of the first line, counted from 0 after the name in brackets if there is one. */
function sumOfFields(path: string, from: number, to: number): number {
  const [line = ''] = readFileSync(path, 'utf8').split('\n')
  // A process's name may contain blanks.
  const fields = line
    .slice(line.lastIndexOf(')') + 1)
    .trim()
    .split(/\s+/)
  return fields.slice(from, to).reduce((sum, field) => sum + Number(field), 0)
}

/**
 * Begins to watch what the rest of the machine does; the function it returns tells how many cores others took on
 * the average since then. Only children that have ended count as our own, so ask when all have.
 */
export function watchOthers(): () => number {
  const own = () => sumOfFields('/proc/self/stat', 11, 15)
  // User, nice, system; then interrupts and what the host took away. Idle time and waiting lie between.
  const busy = () => sumOfFields('/proc/stat', 1, 4) + sumOfFields('/proc/stat', 6, 9)
  const before = { own: own(), busy: busy(), at: performance.now() }
  return () => {
    const ticks = busy() - before.busy - (own() - before.own)
    return Math.max(0, ticks / ticksPerSecond / ((performance.now() - before.at) / 1000))
  }
}

export interface Memory {
  /** Resident, bytes: what it touches, with what it shares with others. */
  readonly rss: number
  /** Proportional, bytes: what is shared is divided by those who share it, so that processes add up. */
  readonly pss: number
}

export function memoryOf(pid: number): Memory {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const of = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1]) * 1024
  return { rss: of('Rss'), pss: of('Pss') }
}

/** The words of its command line, parted by blanks. */
export function commandOf(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
}

/** Direct children of this process. */
export function ownChildren(): number[] {
  const { pid } = process
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
}

/** Waits until a process takes less than `share` of a core for a second; gives up quietly after `limitMs`. */
export async function untilQuiet(pid: number, share: number, limitMs: number): Promise<void> {
  const deadline = performance.now() + limitMs
  for (let before = cpuSeconds(pid); performance.now() < deadline; ) {
    await sleep(1000)
    const now = cpuSeconds(pid)
    if (now - before < share) return
    before = now
  }
}

/** Lets this process and its children open so many files; undefined, or in words what a person must do. */
export function allowOpenFiles(needed: number): string | undefined {
  // The soft limit does not matter: Node raises it to the hard one by itself.
  if (hardLimitOfFiles() >= needed) return undefined
  try {
    execFileSync('prlimit', [`--pid=${process.pid}`, `--nofile=${needed}:${needed}`], { stdio: 'ignore' })
  } catch {
    return `a process may open ${hardLimitOfFiles()} files here and needs ${needed}: run "ulimit -Hn ${needed}" as root first`
  }
  return undefined
}

function hardLimitOfFiles(): number {
  const limits = readFileSync('/proc/self/limits', 'utf8')
  const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(limits)?.[1]
  return hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard)
}

/** Undefined, or in words what a person must do so that so many connections can go out from one address. */
export function checkPorts(needed: number): string | undefined {
  const range = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').trim().split(/\s+/)
  const [from = 0, to = 0] = range.map(Number)
  if (to - from + 1 >= needed) return undefined
  return `one address has ${to - from + 1} ports for outgoing connections here, and ${needed} are needed: run "sysctl net.ipv4.ip_local_port_range='10000 60999'" as root first`
}
