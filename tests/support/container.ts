/**
 * A container without an engine, for the test of the composed city: the same kernel features that Docker uses (a root
 * folder of its own that is read-only, a process tree of its own, one network for all, a user without any rights), set up
 * with util-linux. It needs root; where that is not given, the test that needs it shows as skipped.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { lstatSync, mkdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** What stands in the name of a skipped test. */
export const needsNamespaces = 'needs root on Linux, with util-linux and iproute2'
export const hasNamespaces =
  spawnSync('unshare', ['--net', '--mount', '--pid', '--fork', 'ip', 'link', 'set', 'lo', 'up']).status === 0

export interface Mount {
  /** A folder of this machine, or null for an empty one in memory. */
  readonly source: string | null
  readonly target: string
  readonly writable: boolean
}

export interface Container {
  /** Everything it wrote, the newest 200 lines. */
  output(): string
  /** Its exit code; 128 + the signal's number when a signal ended it. */
  readonly ended: Promise<number>
  /** Runs a command beside it, as `docker exec` does. */
  exec(argv: readonly string[]): { code: number | null; output: string }
  /** SIGTERM to its first process, as `docker stop`; SIGKILL after the grace. Tells the code and the seconds it took. */
  stop(graceSeconds: number): Promise<{ code: number; seconds: number }>
}

export interface Machine {
  run(options: {
    root: string
    argv: readonly string[]
    workdir: string
    environment: Readonly<Record<string, string>>
    mounts: readonly Mount[]
    /** root: may write everywhere in its root folder, as RUN may. */
    as?: 'root' | 'node'
  }): Container
  /** Runs a program of this machine on the containers' network. */
  beside(argv: readonly string[]): ChildProcess
  stop(): void
}

const node = '/opt/node/bin'
const path = `${node}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`
/** As `USER node` and `cap_drop: ALL` and `no-new-privileges`. */
const withoutRights = [
  ...['setpriv', '--reuid=1000', '--regid=1000', '--clear-groups', '--no-new-privs'],
  ...['--bounding-set=-all', '--inh-caps=-all'],
]

/** A folder with what an image brings from its base: the system's programs, Node, the user node, the network's names. */
export function prepareRoot(root: string, hosts: readonly string[]): void {
  for (const folder of ['usr', 'etc', 'proc', 'dev', 'tmp', 'app', node])
    mkdirSync(join(root, folder), { recursive: true })
  for (const folder of ['bin', 'sbin', 'lib', 'lib64'])
    if (lstatSync(`/${folder}`, { throwIfNoEntry: false })?.isSymbolicLink())
      symlinkSync(readlinkSync(`/${folder}`), join(root, folder))
  for (const file of ['dev/null', 'dev/urandom', join(node, 'node')]) writeFileSync(join(root, file), '')
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\nnode:x:1000:1000::/home/node:/bin/sh\n')
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nnode:x:1000:\n')
  writeFileSync(join(root, 'etc/hosts'), `127.0.0.1 localhost ${hosts.join(' ')}\n`)
  writeFileSync(join(root, 'etc/nsswitch.conf'), 'hosts: files\n')
}

/** A network with nothing on it but itself, for containers that then call each other on their real ports. */
export async function startMachine(): Promise<Machine> {
  const network = spawn('unshare', ['--net', 'sh', '-c', 'ip link set lo up && echo up && exec sleep 300'])
  await new Promise<void>((resolve, reject) => {
    network.stdout.once('data', () => resolve())
    network.once('exit', (code) => reject(new Error(`no network: ${code}`)))
  })
  const inNetwork = ['nsenter', `--target=${network.pid}`, '--net']
  const begun: ChildProcess[] = []
  const begin = ([program = '', ...argv]: readonly string[]) => {
    const child = spawn(program, argv, { stdio: ['ignore', 'pipe', 'pipe'] })
    begun.push(child)
    return child
  }

  return {
    beside: (argv) => begin([...inNetwork, ...argv]),
    stop() {
      for (const child of [...begun, network]) child.kill('SIGKILL')
    },
    run({ root, argv, workdir, environment, mounts, as = 'node' }) {
      const inside = (target: string) => join(root, target)
      for (const { target } of mounts) mkdirSync(inside(target), { recursive: true })
      const bind = (source: string, target: string, writable: boolean) => [
        `mount --bind '${source}' '${inside(target)}'`,
        ...(writable ? [] : [`mount -o remount,bind,ro '${inside(target)}'`]),
      ]
      const script = [
        ...bind(root, '.', true),
        `mount -t proc proc '${inside('proc')}'`,
        ...bind('/usr', 'usr', false),
        ...bind(process.execPath, join(node, 'node'), false),
        ...['dev/null', 'dev/urandom'].flatMap((device) => bind(`/${device}`, device, true)),
        ...mounts.flatMap(({ source, target, writable }) =>
          source === null
            ? [`mount -t tmpfs -o size=64m tmpfs '${inside(target)}'`]
            : bind(source, target, writable),
        ),
        ...(as === 'node' ? [`mount -o remount,bind,ro '${root}'`] : []),
        `exec chroot '${root}' "$@"`,
      ].join('\n')
      const variables = Object.entries({ PATH: path, ...environment }).map(
        ([name, value]) => `${name}=${value}`,
      )
      const command = [
        ...(as === 'node' ? withoutRights : []),
        ...['env', '-i', ...variables, 'sh', '-c', `cd ${workdir} && exec "$@"`, 'sh', ...argv],
      ]
      const child = begin([
        ...[...inNetwork, 'unshare', '--mount', '--pid', '--fork', '--kill-child', '--propagation=private'],
        ...['sh', '-ec', script, 'sh', ...command],
      ])
      const lines: string[] = []
      for (const stream of [child.stdout, child.stderr])
        stream?.on('data', (text) => lines.splice(0, lines.push(...String(text).split('\n')) - 200))
      const ended = new Promise<number>((resolve) =>
        child.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGKILL' ? 137 : 143))),
      )
      /** The container's first process as this machine numbers it; undefined before it begins and after it ended. */
      const first = (): number | undefined => {
        try {
          const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')
          return Number(children) || undefined
        } catch {
          return undefined
        }
      }
      const signal = (name: NodeJS.Signals) => {
        const pid = first()
        if (pid !== undefined) process.kill(pid, name)
      }
      return {
        output: () => lines.join('\n'),
        ended,
        exec(other) {
          const pid = first()
          if (pid === undefined) return { code: null, output: 'the container does not run' }
          const { status, stdout, stderr } = spawnSync(
            'nsenter',
            [
              ...[`--target=${pid}`, '--mount', '--pid', '--net', '--root', '--wd'],
              ...[...withoutRights, 'env', '-i', ...variables, ...other],
            ],
            { encoding: 'utf8', timeout: 30_000 },
          )
          return { code: status, output: `${stdout}${stderr}` }
        },
        async stop(graceSeconds) {
          const from = performance.now()
          signal('SIGTERM')
          const killing = setTimeout(() => signal('SIGKILL'), graceSeconds * 1000)
          const code = await ended
          clearTimeout(killing)
          return { code, seconds: (performance.now() - from) / 1000 }
        },
      }
    },
  }
}

/** Runs a shell command in a folder to its end; raises an Error with what it wrote. */
export function runIn(folder: string, command: string): void {
  execFileSync('sh', ['-ec', command], {
    cwd: folder,
    env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}` },
    stdio: 'pipe',
    timeout: 120_000,
  })
}
