/** Why an alert was raised, so that a person can check it: the values, what was usual, and the devices of a storm. */
import { useState } from 'preact/hooks'
import type { NamedAlert } from '../../../../model/answers/alerts.ts'
import { kindOf } from '../../../../model/kinds.ts'
import { linkTo } from '../addresses.ts'
import { writtenIn } from '../charts/quantity.ts'
import { Panel } from '../parts/panel.tsx'
import { useLocale } from '../parts/store.tsx'
import { wordFor } from '../words/things.ts'

const membersAtOnce = 12
const valuesAtOnce = 5

export function AlertEvidence({ alert }: { readonly alert: NamedAlert }) {
  const { t, f } = useLocale()
  const { values, expected, members } = alert.evidence
  const words = t.alerts.evidence
  const names = { ...t.streets.fields, ...words.fields }
  const newest = values.at(-1)
  const [shown, setShown] = useState(valuesAtOnce)
  const written = (field: string, value: number | boolean) => {
    if (typeof value === 'boolean') return value ? t.things.yes : t.things.no
    if (field === 'silentSeconds') return f.length(value * 1000)
    const digits = field === 'waterLevel' ? 2 : 1
    return writtenIn(f, { unit: unitOf(alert, field), digits, words: t.streets.units }).value(value)
  }
  return (
    <Panel title={words.title}>
      {values.length === 0 && !members && <p class="soft small">{words.none}</p>}
      {values.length > 0 && (
        <table class="alert-values">
          <thead>
            <tr>
              <th scope="col">{words.observed}</th>
              <th scope="col">{words.field}</th>
              <th scope="col" class="number">
                <span class="visually-hidden">{words.field}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {values
              .toReversed()
              .slice(0, shown)
              .map(({ observedAt, field, value }) => (
                <tr key={`${observedAt} ${field}`}>
                  <td>
                    <time dateTime={observedAt}>{f.moment(Date.parse(observedAt))}</time>
                  </td>
                  <td>{wordFor(names, field)}</td>
                  <td class="number">{written(field, value)}</td>
                </tr>
              ))}
          </tbody>
        </table>
      )}
      {values.length > shown && (
        <button type="button" class="button button--quiet" onClick={() => setShown(values.length)}>
          {t.alerts.more(f.whole(values.length - shown))}
        </button>
      )}
      {expected && newest && (
        <p class="small">
          {words.expected}: <strong>{written(newest.field, expected.value)}</strong> (
          {words.between(written(newest.field, expected.low), written(newest.field, expected.high))}).{' '}
          <span class="soft">{words.score(f.fine(Math.abs(expected.score)))}</span>
        </p>
      )}
      {members && <Members members={members} />}
    </Panel>
  )
}

/** As the kind has it; of an area's share and of what the kind does not know, none. */
function unitOf({ kind }: NamedAlert, name: string): string {
  const field = kind === null ? undefined : kindOf(kind).fields.find((one) => one.name === name)
  return field?.unit ?? ''
}

function Members({ members }: { readonly members: NonNullable<NamedAlert['evidence']['members']> }) {
  const { t, f } = useLocale()
  const [shown, setShown] = useState(membersAtOnce)
  const { count, of, devices } = members
  const rest = devices.length - shown
  return (
    <>
      <h3>
        {t.alerts.evidence.members}: {t.alerts.evidence.membersOf(f.whole(count), f.whole(of))}
      </h3>
      <ul class="alert-members">
        {devices.slice(0, shown).map((id) => (
          <li key={id}>
            <a href={linkTo('device', id)}>{id}</a>
          </li>
        ))}
      </ul>
      {rest > 0 && (
        <button
          type="button"
          class="button button--quiet"
          onClick={() => setShown(shown + 8 * membersAtOnce)}
        >
          {t.alerts.more(f.whole(rest))}
        </button>
      )}
    </>
  )
}
