/**
 * How the words of the page are written: side by side in both languages, so that none can be missing in one of them.
 * Each part of the page has one file of words beside this; words.ts puts them together.
 */

export const languages = ['vi', 'en'] as const
export type Language = (typeof languages)[number]

type Words = { readonly [name: string]: string | ((...values: never[]) => string) | Words }

/** The same names, with words of another language. */
type Like<Given> = {
  readonly [Name in keyof Given]: Given[Name] extends (...values: infer Values) => string
    ? (...values: Values) => string
    : Given[Name] extends string
      ? string
      : Like<Given[Name]>
}

export function inBoth<English extends Words>(both: {
  readonly en: English & Like<English>
  readonly vi: Like<English>
}): Record<Language, Like<English>> {
  return both
}
