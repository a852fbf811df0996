/**
 * The store's own books: journal position, how far each kind is rolled up, buckets that are due to be rolled up again,
 * a deletion under way, and where devices stand. Each is a point at time 0 (a bucket's mark: at the bucket's time) in a
 * small measurement on the long shelf; written again, it replaces what it was. They are read once, at the start: this
 * process is the only one that writes them.
 */
import { z } from 'zod'
import { type KindName, kindNames, kinds } from '../../../model/kinds.ts'
import type { Reading } from '../../../model/reading.ts'
import type { Site } from '../port.ts'
import { bucketMs, bucketOf } from '../rules.ts'
import type { Ledger } from '../transfer/port.ts'
import { linesPerWrite, textField } from './lines.ts'
import type { Cell, Server } from './server.ts'

const intentShape = z.object({
  /** merge: add the raw rows to the roll-ups, as part `part` of their buckets, then delete them. */
  stage: z.enum(['merge', 'delete']),
  /** Epoch ms; raw rows in [low, high). */
  low: z.number(),
  high: z.number(),
  part: z.number(),
})
export type Intent = z.output<typeof intentShape>

export interface KindProgress {
  /** Buckets before this one are rolled up; null: none yet. */
  readonly rolledUntil: number | null
  /** From when on (epoch ms) raw rows are complete; those before have come since and are in no roll-up yet. */
  readonly rawFrom: number
  /** What must be finished before anything else is stored. */
  readonly intent: Intent | null
  /** Counts the merges, so that each has a place of its own within a bucket. */
  readonly merges: number
}

const fresh: KindProgress = { rolledUntil: null, rawFrom: 0, intent: null, merges: 0 }
const siteShape = z.object({
  device: z.string(),
  kind: z.enum(kindNames),
  place: z.string(),
  // Books from before names and types were tags have none; the next putSites brings them.
  placeType: z.string().default(''),
  areas: z.array(z.object({ code: z.string(), level: z.string(), name: z.string().default('') })),
})

export interface Mark {
  readonly kind: KindName
  readonly bucket: number
}

export interface Books {
  load(): Promise<void>
  /** Everything anew, after the server has lost it. */
  rewrite(): Promise<void>
  /** Everything at once, beside the sites: what another store had. */
  adopt(ledger: Ledger): Promise<void>
  position(): number
  setPosition(position: number): Promise<void>
  progress(kind: KindName): KindProgress
  setProgress(kind: KindName, change: Partial<KindProgress>): Promise<void>
  /** After a change that failed, of which nobody knows whether the server has it: says again what holds. */
  settle(): Promise<void>
  sites(): ReadonlyMap<number, Site>
  /** Writes those that are new or different; returns them. */
  putSites(sites: readonly Site[]): Promise<Site[]>
  /** The marks that readings need and that this round has not got yet. */
  marksFor(readings: readonly Reading[]): Mark[]
  writeMarks(marks: readonly Mark[]): Promise<void>
  /** Buckets that are due, with the newest round they were marked in. */
  due(kind: KindName): ReadonlyMap<number, number>
  /** Takes marks from before `round` back. */
  clearMarks(kind: KindName, buckets: Iterable<number>, round: number): Promise<void>
  /** From now on readings before bucket `until` are late. Marks with a lower number than it returns are stored. */
  nextRound(until: number): number
}

export function createBooks(options: { server: Server }): Books {
  const { server } = options
  let position = 0
  let round = 1
  const progress = new Map<KindName, KindProgress>()
  const unsettled = new Set<KindName>()
  const lateBefore = new Map<KindName, number>()
  const due = new Map<KindName, Map<number, number>>(kinds.map(({ name }) => [name, new Map()]))
  const sites = new Map<number, Site>()

  async function write(lines: string[]): Promise<void> {
    for (let from = 0; from < lines.length; from += linesPerWrite)
      await server.write('5m', lines.slice(from, from + linesPerWrite))
  }
  const dueOf = (kind: KindName) => due.get(kind) ?? new Map<number, number>()
  const progressOf = (kind: KindName) => progress.get(kind) ?? fresh
  const markLine = (kind: KindName, bucket: number, value: number) =>
    `lantern_due,kind=${kind} round=${value}i ${bucket * bucketMs}`
  const positionLine = (value: number) => `lantern_position value=${value}i 0`

  function progressLine(kind: KindName, { rolledUntil, rawFrom, intent, merges }: KindProgress): string {
    const text = textField(intent ? JSON.stringify(intent) : '')
    return `lantern_progress,kind=${kind} rolled_until=${rolledUntil ?? -1}i,raw_from=${rawFrom}i,merges=${merges}i,intent=${text} 0`
  }

  function siteLine({ serial, device, kind, place, placeType, areas }: Site): string {
    const text = textField(JSON.stringify({ device, kind, place, placeType, areas }))
    return `lantern_site,serial=${serial} site=${text} 0`
  }

  async function rows(
    select: string,
    measurement: string,
    tag: string,
    take: (tag: string, row: readonly Cell[]) => void,
  ): Promise<void> {
    const statement = `SELECT ${select} FROM ${server.from('5m', measurement)} GROUP BY "${tag}"`
    await server.query([statement], ({ tags, values }) => {
      for (const row of values) take(tags[tag] ?? '', row)
    })
  }

  return {
    async load() {
      position = 0
      progress.clear()
      unsettled.clear()
      lateBefore.clear()
      sites.clear()
      for (const marks of due.values()) marks.clear()
      await rows('value', 'lantern_position', 'kind', (_, [, value]) => {
        position = Number(value)
      })
      await rows('rolled_until, raw_from, merges, intent', 'lantern_progress', 'kind', (tag, row) => {
        const kind = z.enum(kindNames).safeParse(tag)
        const [, rolledUntil, rawFrom, merges, intent] = row
        if (!kind.success) return
        progress.set(kind.data, {
          rolledUntil: Number(rolledUntil) < 0 ? null : Number(rolledUntil),
          rawFrom: Number(rawFrom),
          merges: Number(merges),
          intent: intent ? intentShape.parse(JSON.parse(String(intent))) : null,
        })
        lateBefore.set(kind.data, Math.max(0, Number(rolledUntil)))
      })
      round = 1
      await rows('round', 'lantern_due', 'kind', (tag, [time, value]) => {
        const marked = Number(value)
        round = Math.max(round, marked + 1)
        for (const [kind, marks] of due)
          if (kind === tag && marked > 0) marks.set(bucketOf(Number(time)), marked)
      })
      await rows('site', 'lantern_site', 'serial', (serial, [, text]) => {
        const site = siteShape.parse(JSON.parse(String(text)))
        sites.set(Number(serial), { serial: Number(serial), ...site })
      })
    },
    async rewrite() {
      const marks = [...due].flatMap(([kind, buckets]) =>
        Array.from(buckets, ([bucket, value]) => markLine(kind, bucket, value)),
      )
      await write([
        ...marks,
        ...Array.from(progress, ([kind, value]) => progressLine(kind, value)),
        ...Array.from(sites.values(), siteLine),
        positionLine(position),
      ])
    },
    async adopt(ledger) {
      position = ledger.position
      progress.clear()
      for (const { kind, rolledUntil, rawFrom } of ledger.progress)
        progress.set(kind, { ...fresh, rolledUntil, rawFrom })
      for (const marks of due.values()) marks.clear()
      for (const { kind, bucket, round } of ledger.due) due.get(kind)?.set(bucket, round)
      await this.rewrite()
    },
    position: () => position,
    async setPosition(value) {
      await write([positionLine(value)])
      position = value
    },
    progress: progressOf,
    async setProgress(kind, change) {
      const next = { ...progressOf(kind), ...change }
      unsettled.add(kind)
      await write([progressLine(kind, next)])
      unsettled.delete(kind)
      progress.set(kind, next)
    },
    async settle() {
      for (const kind of unsettled) {
        await write([progressLine(kind, progressOf(kind))])
        unsettled.delete(kind)
      }
    },
    sites: () => sites,
    async putSites(given) {
      const changed = new Map<number, Site>()
      for (const site of given) changed.set(site.serial, site)
      for (const site of changed.values()) {
        const before = sites.get(site.serial)
        if (before && siteLine(before) === siteLine(site)) changed.delete(site.serial)
      }
      const list = [...changed.values()]
      await write(list.map(siteLine))
      for (const site of list) sites.set(site.serial, site)
      return list
    },
    marksFor(readings) {
      const needed = new Map<string, Mark>()
      for (const { kind, observedAt } of readings) {
        const bucket = bucketOf(observedAt)
        if (bucket >= (lateBefore.get(kind) ?? 0) || dueOf(kind).get(bucket) === round) continue
        needed.set(`${kind} ${bucket}`, { kind, bucket })
      }
      return [...needed.values()]
    },
    async writeMarks(marks) {
      const value = round
      await write(marks.map(({ kind, bucket }) => markLine(kind, bucket, value)))
      for (const { kind, bucket } of marks) dueOf(kind).set(bucket, value)
    },
    due: dueOf,
    async clearMarks(kind, buckets, before) {
      const marks = dueOf(kind)
      const cleared = [...buckets].filter((bucket) => (marks.get(bucket) ?? before) < before)
      await write(cleared.map((bucket) => markLine(kind, bucket, 0)))
      for (const bucket of cleared) marks.delete(bucket)
    },
    nextRound(until) {
      for (const kind of kindNames) lateBefore.set(kind, Math.max(lateBefore.get(kind) ?? 0, until))
      round++
      return round
    },
  }
}
