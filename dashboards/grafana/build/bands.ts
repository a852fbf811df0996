/**
 * Thresholds that say what they mean: each band of values has a colour and words, and both always go together, as
 * thresholds, as value mappings, or as a sentence in the panel's description.
 */
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard'

/** The same few everywhere: what is well, what to look at, what needs a person, and what is only a fact. */
export const colours = {
  good: 'green',
  notice: 'yellow',
  warning: 'orange',
  bad: 'red',
  worst: 'dark-red',
  fact: 'blue',
  none: 'gray',
} as const
export type Colour = keyof typeof colours

export interface Band {
  /** Where it begins; null: from below. */
  readonly from: number | null
  readonly colour: Colour
  readonly words: string
}
/** From the lowest to the highest; the first begins at null. */
export type Bands = readonly [Band & { readonly from: null }, ...Band[]]

export const thresholds = (bands: Bands): dashboard.ThresholdsConfig => ({
  mode: dashboard.ThresholdsMode.Absolute,
  steps: bands.map(({ from, colour }) => ({ value: from, color: colours[colour] })),
})

/** Shows the words of a band instead of the number. The first mapping that fits counts, so the highest comes first. */
export const asWords = (bands: Bands): dashboard.ValueMapping[] =>
  bands
    .map(
      ({ from, colour, words }, index): dashboard.RangeMap => ({
        type: dashboard.MappingType.RangeToText,
        options: {
          from,
          to: bands[index + 1]?.from ?? null,
          result: { text: words, color: colours[colour], index },
        },
      }),
    )
    .toReversed()

/** Shows words and a colour for each of some values; what is not named stays as it is. */
export const valueWords = (
  meanings: Readonly<Record<string, { readonly text: string; readonly colour: Colour }>>,
): dashboard.ValueMapping[] => [
  {
    type: dashboard.MappingType.ValueToText,
    options: Object.fromEntries(
      Object.entries(meanings).map(([value, { text, colour }], index) => [
        value,
        { text, color: colours[colour], index },
      ]),
    ),
  },
]

/** For the description: "green – within; red from 70 – above the limit". `show` writes a number with its unit. */
export const sentence = (bands: Bands, show: (value: number) => string) =>
  bands
    .map(
      ({ from, colour, words }) =>
        `${colours[colour]}${from === null ? '' : ` from ${show(from)}`} – ${words}`,
    )
    .join('; ')
