/**
 * The folder of the dashboards and rules: https://grafana.com/docs/grafana/latest/developers/http_api/folder/. Its uid
 * is what counts; a title that people have changed stays. Called by provision.ts.
 */
import { z } from 'zod'
import { folderUid } from '../names.ts'
import type { Step } from '../step.ts'

const folder = z.looseObject({ title: z.string() })

export const folderStep: Step = async ({ grafana, wishes }) => {
  const { folder: title } = wishes
  const what = `folder "${title}"`
  const present = await grafana.find(what, `/api/folders/${folderUid}`, folder)
  if (present) {
    const renamed = present.title === title ? '' : `it is called "${present.title}" there, which stays`
    return [{ kind: 'folder', name: title, action: 'none', detail: renamed }]
  }
  const apply = () => grafana.write(what, 'post', '/api/folders', { uid: folderUid, title })
  return [{ kind: 'folder', name: title, action: 'create', detail: '', apply }]
}
