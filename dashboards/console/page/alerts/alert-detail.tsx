/**
 * One alert in full: what is wrong, what to do, the actions, the evidence, its surroundings and its history. Beside the list
 * on wide screens and on a page of its own; it follows the stream, so that two operators see the same.
 */
import '../styles/alerts.css'
import '../styles/place.css'
import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { alertWithHistory, type NamedAlert } from '../../../../model/answers/alerts.ts'
import { linkTo } from '../addresses.ts'
import { Shown } from '../parts/panel.tsx'
import { useLocale, useStore } from '../parts/store.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { AlertActions } from './alert-actions.tsx'
import { AlertEvidence } from './alert-evidence.tsx'
import { Flags, Severity, useAge, useStateWords, useWho } from './alert-facts.tsx'
import type { FormName } from './alert-form.tsx'
import { AlertHistory } from './alert-history.tsx'
import { AlertSurroundings } from './alert-surroundings.tsx'
import { actionOf, titleOf } from './alert-text.ts'

const everyMs = 60_000

/** `form`: what is to be opened at once. `head`: what stands at the top, such as the way back. */
export function AlertDetail(props: {
  readonly id: number
  readonly form?: FormName | undefined
  readonly heading: 'h1' | 'h2'
  readonly head?: ComponentChildren
}) {
  const { id, form: asked, heading, head } = props
  const { alerts } = useStore()
  const [form, setForm] = useState(asked)
  const answer = useAnswer(`/v1/alerts/${id}`, alertWithHistory, { everyMs })
  const live = alerts.open.value?.get(id) ?? alerts.ended.value.get(id)
  const asOf = answer.value?.changedAt
  const { refresh } = answer

  useEffect(() => {
    if (asked) setForm(asked)
  }, [asked])
  // A step came over the stream that the history does not have yet.
  useEffect(() => {
    if (live && asOf !== undefined && Date.parse(live.changedAt) > Date.parse(asOf)) refresh()
  }, [live?.changedAt, asOf])

  const shown = newerOf(answer.value, live)
  return (
    <article class="alert" data-alert={id}>
      {head}
      {shown ? (
        <>
          <Head alert={shown} heading={heading} />
          <AlertActions alert={shown} form={form} onForm={setForm} onActed={refresh} />
          <Facts alert={shown} />
          <div class="alert__evidence">
            <AlertEvidence alert={shown} />
            <Shown answer={answer}>{({ history }) => <AlertHistory history={history} />}</Shown>
            <AlertSurroundings key={id} alert={shown} />
          </div>
        </>
      ) : (
        <Shown answer={answer}>{() => null}</Shown>
      )}
    </article>
  )
}

function newerOf(a: NamedAlert | undefined, b: NamedAlert | undefined): NamedAlert | undefined {
  if (!a || !b) return a ?? b
  return Date.parse(b.changedAt) > Date.parse(a.changedAt) ? b : a
}

function Head({ alert, heading: Heading }: { readonly alert: NamedAlert; readonly heading: 'h1' | 'h2' }) {
  const { preferences } = useStore()
  const { t } = useLocale()
  const language = preferences.language.value
  return (
    <>
      <header class={`alert__head alert__head--${alert.severity}`}>
        <p class="alert__kind">
          <Severity alert={alert} />
          <span class="soft">#{alert.id}</span>
          <Flags alert={alert} />
        </p>
        <Heading class="alert__title">{titleOf(language, alert)}</Heading>
      </header>
      <section class="alert__todo" aria-label={t.alerts.whatToDo}>
        <h3>{t.alerts.whatToDo}</h3>
        <p>{actionOf(language, alert)}</p>
      </section>
    </>
  )
}

function Facts({ alert }: { readonly alert: NamedAlert }) {
  const { t, f } = useLocale()
  const age = useAge()
  const who = useWho()
  const stateWords = useStateWords()
  const words = t.alerts.facts
  const { acknowledgedAt, acknowledgedBy, clearedAt, clearedBy, shelvedUntil, subject, place } = alert
  const at = (time: string) => <time dateTime={time}>{f.moment(Date.parse(time))}</time>
  const by = (name: string | null) =>
    name === null ? '' : ` ${name === 'condition' ? words.byCondition : words.by(who(name))}`
  const facts: [string, ComponentChildren][] = [
    [words.state, <span class={`state-word state-word--${alert.state}`}>{stateWords(alert)}</span>],
    [
      words.since,
      <>
        {at(alert.since)} <span class="soft">({age(alert.since)})</span>
      </>,
    ],
    [words.opened, at(alert.openedAt)],
    ...(acknowledgedAt === null ? [] : [fact(words.acknowledged, at(acknowledgedAt), by(acknowledgedBy))]),
    ...(clearedAt === null ? [] : [fact(words.cleared, at(clearedAt), by(clearedBy))]),
    [
      words.assigned,
      alert.assignedTo === null ? <span class="soft">{words.nobody}</span> : who(alert.assignedTo),
    ],
    ...(shelvedUntil === null ? [] : [fact(words.shelved, at(shelvedUntil))]),
    ...(alert.inhibitedBy === null
      ? []
      : [
          fact(
            t.alerts.title,
            <a href={linkTo('alert', alert.inhibitedBy)}>{t.alerts.partOf(String(alert.inhibitedBy))}</a>,
          ),
        ]),
    ...(subject.type === 'device'
      ? [fact(words.device, <a href={linkTo('device', subject.id)}>{subject.id}</a>)]
      : []),
    ...(place === null ? [] : [fact(words.place, <a href={linkTo('place', place)}>{alert.placeName}</a>)]),
    [words.area, <AreaLinks alert={alert} />],
    [words.rule, alert.rule],
  ]
  return (
    <dl class="alert-facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

const fact = (name: string, value: ComponentChildren, more?: string): [string, ComponentChildren] => [
  name,
  <>
    {value}
    {more}
  </>,
]

function AreaLinks({ alert }: { readonly alert: NamedAlert }) {
  return alert.areas.map((code, index) => (
    <span key={code}>
      {index > 0 && ', '}
      <a href={linkTo('area', code)}>{alert.areaNames[index] ?? code}</a>
    </span>
  ))
}
