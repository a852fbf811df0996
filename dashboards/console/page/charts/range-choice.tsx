/** The buttons that choose how long back a chart looks. What would show nothing more cannot be chosen, and says why. */
import { useLocale } from '../parts/store.tsx'

export function RangeChoice<Name extends 'hour' | 'day' | 'week' | 'month' | 'year'>(props: {
  readonly names: readonly Name[]
  readonly chosen: Name
  /** Ranges in which there is nothing yet that a shorter one would not show. */
  readonly empty?: readonly Name[]
  onChoose(name: Name): void
}) {
  const { names, chosen, empty = [], onChoose } = props
  const { t } = useLocale()
  const words = t.streets.ranges
  return (
    <fieldset class="ranges">
      <legend class="visually-hidden">{words.title}</legend>
      {names.map((name) => (
        <button
          type="button"
          class="ranges__choice"
          key={name}
          aria-pressed={name === chosen}
          disabled={empty.includes(name) && name !== chosen}
          title={empty.includes(name) ? words.empty : undefined}
          onClick={() => onChoose(name)}
        >
          {words[name]}
        </button>
      ))}
    </fieldset>
  )
}
