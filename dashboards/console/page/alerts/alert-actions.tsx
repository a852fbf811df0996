/**
 * The buttons of an alert and the form that each opens in its place. Shown to operators; others are told what it needs. The
 * focus goes into a form when it opens, back to its button when it is called off, and stays here when it is done.
 */
import { useEffect, useRef } from 'preact/hooks'
import type { NamedAlert } from '../../../../model/answers/alerts.ts'
import { useLocale, useStore } from '../parts/store.tsx'
import { ActionForm, type FormName } from './alert-form.tsx'
import { type ActionName, useAlertActions } from './use-alert-actions.ts'

const doneWords = {
  acknowledge: 'acknowledged',
  assign: 'assigned',
  shelve: 'shelved',
  unshelve: 'unshelved',
  comment: 'commented',
  clear: 'cleared',
} as const satisfies Record<ActionName, string>

export function AlertActions(props: {
  readonly alert: NamedAlert
  readonly form: FormName | undefined
  readonly onForm: (form: FormName | undefined) => void
  readonly onActed: () => void
}) {
  const { alert, form, onForm, onActed } = props
  const { session } = useStore()
  const { t } = useLocale()
  const { working, done, error, act, forget } = useAlertActions()
  const region = useRef<HTMLElement>(null)
  const words = t.alerts.actions
  const buttons = buttonsOf(alert)
  useEffect(forget, [forget, alert.id])

  if (!session.may('operator')) return <p class="soft small">{words.needsOperator}</p>

  async function send(name: ActionName, body: object = {}): Promise<void> {
    const isDone = await act(alert.id, name, body)
    if (isDone) onForm(undefined)
    onActed()
    if (isDone) region.current?.focus({ preventScroll: true })
  }

  function cancel(): void {
    const button = region.current?.querySelector<HTMLElement>(`[data-action="${form}"]`)
    onForm(undefined)
    button?.focus()
  }

  return (
    <section
      class="alert-actions"
      aria-label={words.title}
      tabIndex={-1}
      ref={region}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !form) return
        event.stopPropagation()
        cancel()
      }}
    >
      <div class="alert-actions__buttons">
        {buttons.map((name, index) => (
          <button
            key={name}
            type="button"
            class={`button ${index === 0 && name === 'acknowledge' ? 'button--first' : ''}`}
            data-action={name}
            aria-disabled={working !== undefined}
            aria-expanded={isForm(name) ? form === name : undefined}
            onClick={() => {
              if (working) return
              forget()
              if (isForm(name)) onForm(form === name ? undefined : name)
              else void send(name)
            }}
          >
            {words[name]}
          </button>
        ))}
      </div>
      {form && buttons.includes(form) && (
        <ActionForm
          key={form}
          alert={alert}
          name={form}
          isWorking={working !== undefined}
          onSend={send}
          onCancel={cancel}
        />
      )}
      <div role="status">
        {working && <p class="soft small">{words.working}</p>}
        {done && done.id === alert.id && <p class="outcome small">{words[doneWords[done.name]]}</p>}
        {error && (
          <p class="failure small">
            <strong>{error.status === 409 ? words.conflict : error.message}</strong> {error.remedy}
          </p>
        )}
      </div>
    </section>
  )
}

const isForm = (name: ActionName): name is FormName => name !== 'acknowledge' && name !== 'unshelve'

/** What applies to it now; the first is what is most likely meant. */
function buttonsOf({ state, shelvedUntil }: NamedAlert): ActionName[] {
  if (state === 'cleared') return ['comment']
  return [
    ...(state === 'open' ? (['acknowledge'] as const) : []),
    'assign',
    ...(shelvedUntil === null ? (['shelve'] as const) : (['unshelve'] as const)),
    'comment',
    'clear',
  ]
}
