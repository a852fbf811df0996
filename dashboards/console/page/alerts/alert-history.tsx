/** What happened to an alert, the newest first: who did what, when, and what they wrote. */
import type { AlertWithHistory } from '../../../../model/answers/alerts.ts'
import { Panel } from '../parts/panel.tsx'
import { useLocale } from '../parts/store.tsx'
import { useWho } from './alert-facts.tsx'
import { SeverityMark } from './severity-mark.tsx'

export function AlertHistory({ history }: { readonly history: AlertWithHistory['history'] }) {
  const { t, f } = useLocale()
  const who = useWho()
  return (
    <Panel title={t.alerts.evidence.history}>
      <ol class="alert-steps">
        {history.toReversed().map(({ id, step, at, by, comment, severity }) => (
          <li key={id} class="alert-steps__step" data-step={step}>
            <time class="soft small" dateTime={at}>
              {f.moment(Date.parse(at))}
            </time>
            <span>
              <strong>{t.alerts.steps[step]}</strong> <span class="soft">{who(by)}</span>
              {(step === 'opened' || step === 'escalated' || step === 'deescalated') && (
                <span class="alert-steps__severity">
                  <SeverityMark severity={severity} /> {t.alerts.severities[severity]}
                </span>
              )}
              {comment !== null && <q class="alert-steps__comment">{comment}</q>}
            </span>
          </li>
        ))}
      </ol>
    </Panel>
  )
}
