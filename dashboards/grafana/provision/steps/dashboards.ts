/**
 * The dashboards: https://grafana.com/docs/grafana/latest/developers/http_api/dashboard/ and, to tell Lantern's own
 * versions from those of people, https://grafana.com/docs/grafana/latest/developers/http_api/dashboard_versions/. What
 * people have changed stays unless --overwrite is said; Grafana's history keeps every version. Called by provision.ts.
 */
import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { isObject } from '../compare.ts'
import type { Grafana } from '../http.ts'
import { folderUid } from '../names.ts'
import type { Dashboard } from '../read-dashboards.ts'
import type { Finding, Step } from '../step.ts'

/** The hidden variable that names the bucket; build/variables.ts makes it. */
const variables = z.looseObject({ list: z.array(z.unknown()) })
const stored = z.looseObject({
  dashboard: z.looseObject({ version: z.number() }),
  meta: z.looseObject({ folderUid: z.string().optional(), provisioned: z.boolean().default(false) }),
})
const version = z.looseObject({
  version: z.number(),
  message: z.string().default(''),
  createdBy: z.string().default(''),
})
/** A list until Grafana 10, an object with one since. */
const versions = z.union([z.array(version), z.looseObject({ versions: z.array(version) })])

export const dashboardsStep: Step = async ({ grafana, wishes }) => {
  const findings: Finding[] = []
  for (const wanted of wishes.dashboards)
    findings.push(await inspect(grafana, onBucket(wanted, wishes.influx.bucket), wishes.overwrite))
  return findings
}

async function inspect(grafana: Grafana, wanted: Dashboard, overwrite: boolean): Promise<Finding> {
  const { title: name, uid } = wanted
  const what = `dashboard "${name}"`
  const message = `Lantern ${digest(wanted)}`
  const save = (folder: string, present?: number) =>
    grafana.write(what, 'post', '/api/dashboards/db', {
      dashboard: { ...wanted, id: undefined, version: present },
      folderUid: folder,
      message,
      // So Grafana answers 412 where somebody saves at this very moment.
      overwrite: false,
    })
  const about = { kind: 'dashboard', name }
  const present = await grafana.find(what, `/api/dashboards/uid/${encodeURIComponent(uid)}`, stored)
  if (!present) return { ...about, action: 'create', detail: '', apply: () => save(folderUid) }
  if (isDeepStrictEqual(content(present.dashboard), content(wanted)))
    return { ...about, action: 'none', detail: '' }
  if (present.meta.provisioned)
    return {
      ...about,
      action: 'keep',
      detail: 'this Grafana has it from provisioning files: change it there',
    }
  const newest = await newestVersion(grafana, what, uid)
  // Grafana may have brought the form up to date when it saved; whose version it is tells the message.
  if (newest?.message === message) return { ...about, action: 'none', detail: '' }
  const apply = () => save(present.meta.folderUid ?? '', present.dashboard.version)
  if (newest?.message.startsWith('Lantern '))
    return { ...about, action: 'change', detail: 'newer than there', apply }
  const who = `version ${present.dashboard.version} is by ${newest?.createdBy || 'somebody else'}`
  if (!overwrite)
    return { ...about, action: 'keep', detail: `${who}; --overwrite puts Lantern's in its place` }
  return { ...about, action: 'change', detail: `${who}, and stays in the dashboard's history`, apply }
}

async function newestVersion(grafana: Grafana, what: string, uid: string) {
  const path = `/api/dashboards/uid/${encodeURIComponent(uid)}/versions?limit=1`
  const found = await grafana.find(what, path, versions)
  return (Array.isArray(found) ? found : (found?.versions ?? []))[0]
}

/** The same dashboard on another bucket: all its queries take the bucket from one constant. */
function onBucket(wanted: Dashboard, bucket: string): Dashboard {
  const read = variables.safeParse(wanted.templating)
  if (!read.success) return wanted
  const list = read.data.list.map((variable) =>
    isObject(variable) && variable.type === 'constant' && variable.name === 'bucket'
      ? { ...variable, query: bucket, current: { selected: true, text: bucket, value: bucket } }
      : variable,
  )
  return { ...wanted, templating: { ...read.data, list } }
}

/** What a dashboard says, without what Grafana counts. */
function content({ id: _, version: __, ...rest }: Record<string, unknown>): unknown {
  return JSON.parse(JSON.stringify(rest))
}

const digest = (wanted: Dashboard) =>
  createHash('sha256')
    .update(JSON.stringify(content(wanted)))
    .digest('hex')
    .slice(0, 12)
