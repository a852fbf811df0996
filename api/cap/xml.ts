/** XML as little as CAP and Atom need: elements with text or elements in them. */

export type Xml = string

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Without what XML 1.0 does not allow at all (section 2.2), which no escape could carry either. */
function escaped(text: string): string {
  return (
    text
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
      .replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '')
      .replaceAll(/[&<>"]/g, (character) => escapes[character] ?? '')
  )
}

/** An element; undefined content: nothing at all. */
export function element(
  name: string,
  content: string | number | readonly Xml[] | undefined,
  attributes: Readonly<Record<string, string>> = {},
): Xml {
  if (content === undefined) return ''
  const head = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`)
  const inner = typeof content === 'object' ? content.join('') : escaped(String(content))
  return `<${name}${head.join('')}>${inner}</${name}>`
}

export const xmlDocument = (root: Xml) => `<?xml version="1.0" encoding="UTF-8"?>\n${root}\n`
