/** The form of one action: whom it is assigned to, how long it is shelved and why, a comment, or whether it is really over. */
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import type { NamedAlert } from '../../../../model/answers/alerts.ts'
import { useLocale, useStore } from '../parts/store.tsx'
import { durationOf, morningHour, type ShelfLength, shelfLengths } from './shelf-lengths.ts'
import type { ActionName } from './use-alert-actions.ts'

export const formNames = ['assign', 'shelve', 'comment', 'clear'] as const
export type FormName = (typeof formNames)[number]

const longestComment = 1000
const longestName = 200

export function ActionForm(props: {
  readonly alert: NamedAlert
  readonly name: FormName
  readonly isWorking: boolean
  readonly onSend: (name: ActionName, body: object) => Promise<void>
  readonly onCancel: () => void
}) {
  const { alert, name, isWorking, onSend, onCancel } = props
  const { session, city, connection } = useStore()
  const { t, f } = useLocale()
  const form = useRef<HTMLFormElement>(null)
  const field = useId()
  const [comment, setComment] = useState('')
  const [to, setTo] = useState(alert.assignedTo ?? '')
  const [length, setLength] = useState<ShelfLength>('shift')
  const words = t.alerts.actions
  const me = session.signedIn.value?.name ?? ''

  useEffect(() => {
    // After the frame has brought the focus to the top of a new page.
    const timer = setTimeout(() => {
      form.current?.querySelector<HTMLElement>('input, textarea, select')?.focus()
      form.current?.scrollIntoView({ block: 'nearest' })
    })
    return () => clearTimeout(timer)
  }, [])

  const said = comment.trim() ? { comment: comment.trim() } : {}
  function bodyOf(): object {
    if (name === 'assign') return { to: to.trim() || null, ...said }
    const timeZone = city.city.value?.timeZone ?? f.timeZone
    if (name === 'shelve')
      return { for: durationOf(length, { now: connection.now.peek(), timeZone }), ...said }
    return said
  }
  const send = (action: ActionName, body: object) => {
    if (!isWorking) void onSend(action, body)
  }

  return (
    <form
      ref={form}
      class="action-form"
      aria-label={words[name]}
      onSubmit={(event) => {
        event.preventDefault()
        send(name, bodyOf())
      }}
    >
      {name === 'clear' && (
        <p>
          <strong>{words.clearSure}</strong> <span class="soft small">{words.clearHint}</span>
        </p>
      )}
      {name === 'assign' && (
        <>
          <label class="small" for={`${field}-to`}>
            {words.assignTo}
          </label>
          <div class="action-form__line">
            <input
              id={`${field}-to`}
              class="field"
              maxLength={longestName}
              autocomplete="off"
              value={to}
              onInput={({ currentTarget }) => setTo(currentTarget.value)}
            />
            <button
              type="button"
              class="button"
              aria-disabled={isWorking}
              onClick={() => send('assign', { to: me, ...said })}
            >
              {words.toMe}
            </button>
            {alert.assignedTo !== null && (
              <button
                type="button"
                class="button"
                aria-disabled={isWorking}
                onClick={() => send('assign', { to: null, ...said })}
              >
                {words.toNobody}
              </button>
            )}
          </div>
        </>
      )}
      {name === 'shelve' && (
        <>
          <p class="soft small">{words.shelveHint}</p>
          <label class="small" for={`${field}-for`}>
            {words.shelveFor}
          </label>
          <select
            id={`${field}-for`}
            class="field"
            value={length}
            onChange={({ currentTarget }) =>
              setLength(shelfLengths.find((one) => one === currentTarget.value) ?? 'shift')
            }
          >
            {shelfLengths.map((one) => (
              <option key={one} value={one}>
                {one === 'tomorrow' ? t.alerts.lengths.tomorrow(`${morningHour}:00`) : t.alerts.lengths[one]}
              </option>
            ))}
          </select>
        </>
      )}
      <label class="small" for={`${field}-comment`}>
        {name === 'shelve'
          ? words.commentWhy
          : name === 'comment'
            ? words.commentLabel
            : words.commentOptional}
      </label>
      <textarea
        id={`${field}-comment`}
        class="field"
        rows={2}
        maxLength={longestComment}
        required={name === 'shelve' || name === 'comment'}
        value={comment}
        onInput={({ currentTarget }) => setComment(currentTarget.value)}
      />
      <div class="action-form__line">
        <button type="submit" class="button button--first" aria-disabled={isWorking}>
          {name === 'clear' ? words.clearYes : name === 'comment' ? words.save : words[name]}
        </button>
        {name === 'comment' && alert.state === 'open' && (
          <button
            type="button"
            class="button"
            aria-disabled={isWorking}
            onClick={() => send('acknowledge', said)}
          >
            {words.acknowledgeWith}
          </button>
        )}
        <button type="button" class="button button--quiet" onClick={onCancel}>
          {words.cancel}
        </button>
      </div>
    </form>
  )
}
