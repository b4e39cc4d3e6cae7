import type { Fields } from './state.ts'

type Style = { readonly [style: string]: true }

/** Text as a client shows it: `<` and `>` belong to what they enclose, all else is escaped. https://docs.slack.dev/messaging/formatting-message-text (2026-11-26). */
export function escapeText(text: string): string {
  return linked(
    text
      .replaceAll(/&(?!amp;|lt;|gt;)/g, '&amp;')
      .replaceAll(/<(?![@#!]|https?:|mailto:|tel:)/g, '&lt;')
      .replaceAll(/(<[^<>]*>)|>/g, (_, link: string | undefined) => link ?? '&gt;'),
  )
}

/** Bare addresses become links, but not those in a link already, or in code. */
const linked = (text: string): string =>
  text.replaceAll(
    /(```[\s\S]*?```|`[^`\n]*`|<[^>]*>)|(https?:\/\/[^\s<>|]*[^\s<>|.,;:!?)'"*_~`])/g,
    (all, kept?: string, url?: string) => (kept !== undefined || url === undefined ? all : `<${url}>`),
  )

/** Markdown in Slack's own marks, where it has some: code stays as it is. */
export const marksOf = (markdown: string): string =>
  markdown
    .split(/(```[\s\S]*?```|`[^`\n]*`)/)
    .map((part, nth) => (nth % 2 === 1 ? part : marked(part)))
    .join('')
const marked = (text: string): string =>
  text
    .replaceAll(/(?<![*\w])\*(?!\*)([^*\n]+)\*(?!\*)/g, '_$1_')
    .replaceAll(/\*\*([^\n]+?)\*\*/g, '*$1*')
    .replaceAll(/~~([^\n]+?)~~/g, '~$1~')
    .replaceAll(/^#{1,6} (.+)$/gm, '*$1*')
    .replaceAll(/^> ?/gm, '&gt; ')
    .replaceAll(/\[([^\]\n]+)\]\((https?:[^\s)]+)\)/g, '<$2|$1>')

const plainOf = (text: string): string => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')

const MARKS: Readonly<Record<string, string>> = { '*': 'bold', _: 'italic', '~': 'strike', '`': 'code' }
const TOKEN =
  /<([^<>]+)>|:([a-z0-9_+'-]+(?:::skin-tone-\d)?):|(?<=^|[\s(*_~"'-])([*_~`])(?=\S)((?:(?!\3)[^\n])*?[^\s\n])\3(?=$|[\s).,;:!?*_~"'-])/

/** The `rich_text` block that Slack makes of a message's text. Assumed: of nested lists and quotes it makes plain text. */
export function richText(text: string, blockId: string): Fields {
  const elements: Fields[] = []
  const parts = text.split('```')
  for (const [at, whole] of parts.entries()) {
    // A line break next to code is the code's own.
    const part =
      at % 2 === 1 ? whole : whole.replace(at > 0 ? /^\n/ : /^$/, '').replace(at < parts.length - 1 ? /\n$/ : /^$/, '')
    if (part === '') continue
    if (at % 2 === 1)
      elements.push({
        type: 'rich_text_preformatted',
        elements: [{ type: 'text', text: plainOf(part.replace(/^\n|\n$/g, '')) }],
        border: 0,
      })
    else elements.push(...paragraphs(part))
  }
  return { type: 'rich_text', block_id: blockId, elements }
}

function paragraphs(text: string): readonly Fields[] {
  const runs: { quote: boolean; lines: string[] }[] = []
  for (const line of text.split('\n')) {
    const quote = line.startsWith('&gt;')
    const last = runs.at(-1)
    const shown = quote ? line.replace(/^&gt;\s?/, '') : line
    if (last !== undefined && last.quote === quote) last.lines.push(shown)
    else runs.push({ quote, lines: [shown] })
  }
  return runs.map(({ quote, lines }) => ({
    type: quote ? 'rich_text_quote' : 'rich_text_section',
    elements: inline(lines.join('\n'), {}),
  }))
}

function inline(text: string, style: Style): readonly Fields[] {
  const elements: Fields[] = []
  const styled = (element: Fields): Fields => (Object.keys(style).length === 0 ? element : { ...element, style })
  let rest = text
  for (;;) {
    const match = TOKEN.exec(rest)
    if (match === null) break
    const [whole, link, emoji, mark, inner] = match
    if (match.index > 0) elements.push(styled({ type: 'text', text: plainOf(rest.slice(0, match.index)) }))
    if (link !== undefined) elements.push(styled(linkElement(link)))
    else if (emoji !== undefined) elements.push(styled({ type: 'emoji', name: emoji }))
    else if (mark === '`') elements.push({ type: 'text', text: plainOf(inner ?? ''), style: { ...style, code: true } })
    else elements.push(...inline(inner ?? '', { ...style, [MARKS[mark ?? ''] ?? 'bold']: true }))
    rest = rest.slice(match.index + whole.length)
  }
  if (rest !== '') elements.push(styled({ type: 'text', text: plainOf(rest) }))
  return elements
}

function linkElement(link: string): Fields {
  const [target = '', label] = link.split('|')
  const id = target.slice(1)
  if (target.startsWith('@')) return { type: 'user', user_id: id }
  if (target.startsWith('#')) return { type: 'channel', channel_id: id }
  if (target.startsWith('!subteam^')) return { type: 'usergroup', usergroup_id: target.slice('!subteam^'.length) }
  if (target.startsWith('!')) return { type: 'broadcast', range: id }
  return { type: 'link', url: plainOf(target), ...(label === undefined ? {} : { text: plainOf(label) }) }
}
