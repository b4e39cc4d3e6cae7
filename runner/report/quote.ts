/** Text of others in Markdown. Nothing of it may become markup, a link, an image, a mention or a reference. */

/** As code: there GitHub and GitLab resolve neither mentions nor links. Safe in table cells. */
export const quoted = (text: string): string => {
  const inner = text.replace(/`/g, "'").replace(/\s+/g, ' ').replace(/\|/g, '\\|').trim()
  return inner === '' ? '' : `\`${inner}\``
}

const BREAK = '\u200b'

/** As prose: markup is escaped; what would be resolved after that (`@name`, `#1`, `!1`, addresses) is broken by a space of no width. */
export const prose = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .replace(/`/g, "'")
    .replace(/&/g, '&amp;')
    .replace(/[\\*_{}[\]<>()#+!|~@$^=-]/g, (char) => `\\${char}`)
    .replace(/(\\[@#!~$^]|:(?=\/\/)|\b[wW]{3}(?=\.)|\bGH(?=\\-))/g, `$1${BREAK}`)
    .trim()
