/** A part of a page with its heading. While nothing is known it says so; when what it shows is old or failed it says that, too. */
import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'
import { useLocale } from './store.tsx'
import type { Answer } from './use-answer.ts'

export function Panel(props: {
  readonly title: string
  readonly aside?: ComponentChildren
  readonly area?: string
  readonly children: ComponentChildren
}) {
  const { title, aside, area, children } = props
  const heading = useId()
  return (
    <section class={`panel ${area ? `panel--${area}` : ''}`} aria-labelledby={heading}>
      <div class="panel__head">
        <h2 id={heading}>{title}</h2>
        {aside && <div class="panel__aside small soft">{aside}</div>}
      </div>
      {children}
    </section>
  )
}

/** What an answer gives to show: its value, else that it is under way, or why there is none and a way to try again. */
export function Shown<T>(props: {
  readonly answer: Answer<T>
  readonly children: (value: T) => ComponentChildren
}) {
  const { answer, children } = props
  const { t, f } = useLocale()
  const { value, at, error } = answer
  return (
    <>
      {error && (
        <div class="failure small" role="status">
          <strong>{error.status === 404 ? t.coverage.notThere : t.shell.failed}</strong> {error.message}{' '}
          {error.remedy} {value !== undefined && at !== undefined && t.coverage.asOf(f.moment(at))}{' '}
          <button type="button" class="button button--quiet" onClick={answer.refresh}>
            {t.shell.tryAgain}
          </button>
        </div>
      )}
      {value !== undefined ? children(value) : !error && <Waiting />}
    </>
  )
}

function Waiting() {
  const { t } = useLocale()
  return (
    <p class="soft small" role="status">
      {t.shell.loading}
    </p>
  )
}
