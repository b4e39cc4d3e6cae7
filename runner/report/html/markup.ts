/** HTML that is safe to put into a page. Only `html` makes it. */
export type Markup = { readonly markup: string }
type Part = Markup | string | number | null | undefined | false | readonly Part[]

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const render = (part: Part): string => {
  if (part === null || part === undefined || part === false) return ''
  if (typeof part === 'number') return `${part}`
  if (typeof part === 'string') return part.replace(/[&<>"']/g, (char) => ESCAPES[char] ?? char)
  if ('markup' in part) return part.markup
  return part.map(render).join('')
}

/** A template whose every value is escaped, unless it is markup itself; lists are joined, null and false are nothing. */
export const html = (texts: TemplateStringsArray, ...parts: readonly Part[]): Markup => ({
  markup: texts.map((text, at) => text + render(parts[at])).join(''),
})

/** For text of our own that must not be escaped: the style and the script. */
export const raw = (markup: string): Markup => ({ markup })

/** A share of a whole as SVG takes it: `43.21%`. */
export const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(2)}%`

/** A name as an anchor. */
export const anchor = (name: string): string => `check-${name.replace(/[^\w.-]/g, '_')}`
