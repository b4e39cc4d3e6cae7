import { notModelled } from '../../twin.ts'
import { GAPS } from '../gaps.ts'

const split = (text: string): readonly string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []

/** Whether a text has all words of a search: whole ones, beginnings with `*`, and phrases in quotes. */
export function finder(search: string): (texts: readonly string[]) => boolean {
  const phrases = [...search.matchAll(/"([^"]*)"/g)].map(([, phrase]) => split(phrase ?? ''))
  const rest = search.replaceAll(/"[^"]*"/g, ' ')
  if (/(^|\s)(AND|OR|NOT)(\s|$)|(^|\s)[+\-!]\S|[~^[\]{}()]|\?|(^|\s)\*|\*\S/.test(rest))
    throw notModelled('jira', GAPS, 'query operators inside a text search')
  const terms = rest.split(/\s+/).filter((term) => term !== '')
  const beginnings = terms.filter((term) => term.endsWith('*')).flatMap((term) => split(term).slice(-1))
  const whole = terms.flatMap((term) => (term.endsWith('*') ? split(term).slice(0, -1) : split(term)))
  return (texts) => {
    const all = texts.map(split)
    const known = new Set(all.flat())
    return (
      whole.every((word) => known.has(word)) &&
      beginnings.every((begin) => [...known].some((word) => word.startsWith(begin))) &&
      phrases.every((phrase) => all.some((words) => holds(words, phrase)))
    )
  }
}

const holds = (words: readonly string[], phrase: readonly string[]): boolean =>
  words.some((_, at) => phrase.every((word, nth) => words[at + nth] === word))
