/**
 * Reads the dashboards that are to be provisioned, all before anything is asked of Grafana. Called by command.ts.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { LanternError, messageOf } from '../../../model/errors.ts'

const dashboard = z.looseObject({ uid: z.string().min(1).max(40), title: z.string().min(1) })
export type Dashboard = z.output<typeof dashboard>

/** Every dashboard of a folder; raises where there is none, or a file is not one. */
export async function readDashboards(folder: string): Promise<Dashboard[]> {
  const wrong = (message: string) =>
    new LanternError('invalid-request', message, {
      remedy: 'Name a folder with dashboards as Grafana exports them, each with uid and title: --dashboards.',
    })
  const files = await readdir(folder).catch((thrown: unknown) => {
    throw wrong(`the dashboards cannot be read: ${messageOf(thrown)}`)
  })
  const names = files.filter((file) => file.endsWith('.json')).sort()
  if (names.length === 0) throw wrong(`there are no dashboards in ${folder}`)
  return Promise.all(
    names.map(async (name) => {
      try {
        return dashboard.parse(JSON.parse(await readFile(join(folder, name), 'utf8')))
      } catch {
        throw wrong(`${name} is not a dashboard`)
      }
    }),
  )
}
