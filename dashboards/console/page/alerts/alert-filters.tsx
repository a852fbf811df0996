/** How the list is narrowed: how many there are of each severity, as buttons, and the rest in fields. All of it is in the address. */
import { useState } from 'preact/hooks'
import type { Severity as SeverityName } from '../../../../model/alert.ts'
import { kindNames } from '../../../../model/kinds.ts'
import { useLocale, useStore } from '../parts/store.tsx'
import { wordFor } from '../words/things.ts'
import { type Filters, owners, shownStates } from './filters.ts'
import { SeverityMark } from './severity-mark.tsx'
import { gravestFirst } from './urgency.ts'

interface Props {
  readonly filters: Filters
  /** How many pass all other filters. */
  readonly counts: ReadonlyMap<SeverityName, number>
  readonly onChange: (filters: Filters) => void
}

export function AlertFilters({ filters, counts, onChange }: Props) {
  const { t, f } = useLocale()
  const words = t.alerts.filters

  function toggle(severity: SeverityName): void {
    const { severities } = filters
    const next = severities.includes(severity)
      ? severities.filter((one) => one !== severity)
      : [...severities, severity]
    onChange({ ...filters, severities: next })
  }

  return (
    <search class="alert-filters" aria-label={words.title}>
      <fieldset class="chips">
        <legend class="visually-hidden">{words.severity}</legend>
        {gravestFirst.map((severity) => (
          <button
            key={severity}
            type="button"
            class="chip chip--severity"
            aria-pressed={filters.severities.includes(severity)}
            data-severity={severity}
            onClick={() => toggle(severity)}
          >
            <SeverityMark severity={severity} />
            {t.alerts.severities[severity]} <strong>{f.whole(counts.get(severity) ?? 0)}</strong>
          </button>
        ))}
      </fieldset>
      <Fields filters={filters} onChange={onChange} />
    </search>
  )
}

function Fields({ filters, onChange }: Omit<Props, 'counts'>) {
  const { places } = useStore()
  const { t } = useLocale()
  const words = t.alerts.filters
  const { place, device } = filters
  const placeName = place && (places.places.value?.get(place)?.name ?? place)
  return (
    <div class="alert-filters__fields">
      <TextField text={filters.text} onText={(text) => onChange({ ...filters, text })} />
      <Choice
        label={words.state}
        any={words.stateOpen}
        value={filters.state}
        options={shownStates.map((state) => [state, words.states[state]])}
        onChoice={(value) => onChange({ ...filters, state: shownStates.find((state) => state === value) })}
      />
      <AreaChoice value={filters.area} onChoice={(area) => onChange({ ...filters, area })} />
      <Choice
        label={words.kind}
        value={filters.kind}
        options={kindNames.map((kind) => [kind, wordFor(t.things.kinds, kind)])}
        onChoice={(value) => onChange({ ...filters, kind: kindNames.find((kind) => kind === value) })}
      />
      <Choice
        label={words.owner}
        value={filters.owner}
        options={owners.map((owner) => [owner, words.owners[owner]])}
        onChoice={(value) => onChange({ ...filters, owner: owners.find((owner) => owner === value) })}
      />
      {placeName && (
        <button
          type="button"
          class="chip"
          title={words.without}
          onClick={() => onChange({ ...filters, place: undefined })}
        >
          {words.place(placeName)} <span aria-hidden="true">×</span>
          <span class="visually-hidden">{words.without}</span>
        </button>
      )}
      {device && (
        <button
          type="button"
          class="chip"
          title={words.without}
          onClick={() => onChange({ ...filters, device: undefined })}
        >
          {words.device(device)} <span aria-hidden="true">×</span>
          <span class="visually-hidden">{words.without}</span>
        </button>
      )}
    </div>
  )
}

function TextField(props: {
  readonly text: string | undefined
  readonly onText: (text: string | undefined) => void
}) {
  const { t } = useLocale()
  const [typed, setTyped] = useState(props.text ?? '')
  const [given, setGiven] = useState(props.text)
  // The address changed by another way than this field: it shows what the address says.
  if (given !== props.text) {
    setGiven(props.text)
    if ((props.text ?? '') !== typed.trim()) setTyped(props.text ?? '')
  }
  return (
    <input
      class="field"
      type="search"
      aria-label={t.alerts.filters.text}
      placeholder={t.alerts.filters.text}
      value={typed}
      onInput={({ currentTarget }) => {
        setTyped(currentTarget.value)
        props.onText(currentTarget.value.trim() || undefined)
      }}
    />
  )
}

function Choice(props: {
  readonly label: string
  readonly any?: string
  readonly value: string | undefined
  readonly options: readonly (readonly [value: string, words: string])[]
  readonly onChoice: (value: string) => void
}) {
  const { t } = useLocale()
  const { label, any, value, options, onChoice } = props
  return (
    <select
      class="field"
      aria-label={label}
      value={value ?? ''}
      onChange={({ currentTarget }) => onChoice(currentTarget.value)}
    >
      <option value="">{any ?? t.alerts.filters.any(label)}</option>
      {options.map(([name, words]) => (
        <option key={name} value={name}>
          {words}
        </option>
      ))}
    </select>
  )
}

/** The areas below the top, and those in each of them. */
function AreaChoice(props: {
  readonly value: string | undefined
  readonly onChoice: (area: string | undefined) => void
}) {
  const { city } = useStore()
  const { t } = useLocale()
  const areas = city.areas.value
  const tops = areas?.childrenOf(null) ?? []
  const [top] = tops
  const groups = tops.length === 1 && top ? (areas?.childrenOf(top.code) ?? []) : tops
  return (
    <select
      class="field"
      aria-label={t.alerts.filters.area}
      value={props.value ?? ''}
      onChange={({ currentTarget }) => props.onChoice(currentTarget.value || undefined)}
    >
      <option value="">{t.alerts.filters.any(t.alerts.filters.area)}</option>
      {props.value === top?.code && top && <option value={top.code}>{top.name}</option>}
      {groups.map(({ code, name }) => (
        <optgroup key={code} label={name}>
          <option value={code}>{name}</option>
          {areas?.childrenOf(code).map((child) => (
            <option key={child.code} value={child.code}>
              {child.name}
            </option>
          ))}
        </optgroup>
      ))}
    </select>
  )
}
