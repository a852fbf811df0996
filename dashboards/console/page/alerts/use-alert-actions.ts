/**
 * What an operator does about an alert, sent to Lantern one at a time. What it answers is in the list at once; where
 * somebody else was first, the alert is asked for again, so that one sees how it is now.
 */
import { useCallback, useState } from 'preact/hooks'
import { alertWithHistory, namedAlert } from '../../../../model/answers/alerts.ts'
import { useStore } from '../parts/store.tsx'
import { RequestError } from '../requests.ts'

export const actionNames = ['acknowledge', 'assign', 'shelve', 'unshelve', 'comment', 'clear'] as const
export type ActionName = (typeof actionNames)[number]

export interface AlertActions {
  /** What is under way. */
  readonly working: { readonly id: number; readonly name: ActionName } | undefined
  /** What was done last, or why it could not be. */
  readonly done: { readonly id: number; readonly name: ActionName } | undefined
  readonly error: RequestError | undefined
  /** Whether it was done. One at a time: false where another is under way. */
  act(id: number, name: ActionName, body?: object): Promise<boolean>
  forget(): void
}

export function useAlertActions(): AlertActions {
  const { requests, alerts } = useStore()
  const [working, setWorking] = useState<AlertActions['working']>()
  const [done, setDone] = useState<AlertActions['done']>()
  const [error, setError] = useState<RequestError>()

  async function act(id: number, name: ActionName, body: object = {}): Promise<boolean> {
    if (working) return false
    setWorking({ id, name })
    setDone(undefined)
    setError(undefined)
    try {
      alerts.take(await requests.send('POST', `/v1/alerts/${id}:${name}`, namedAlert, body))
      setDone({ id, name })
      return true
    } catch (cause) {
      const failed = cause instanceof RequestError ? cause : new RequestError(0, String(cause))
      setError(failed)
      if (failed.status === 409)
        await requests.get(`/v1/alerts/${id}`, alertWithHistory).then(alerts.take, () => undefined)
      return false
    } finally {
      setWorking(undefined)
    }
  }

  const forget = useCallback(() => {
    setDone(undefined)
    setError(undefined)
  }, [])
  return { working, done, error, act, forget }
}
