/** `key:value`, where a dash before it turns it round. Words that are no qualifier are terms. */
export type Qualifier = { readonly key: string; readonly value: string; readonly not: boolean }
export type Query = { readonly terms: readonly Qualifier[]; readonly qualifiers: readonly Qualifier[] }

const TOKEN = /(-?)(?:([A-Za-z][\w-]*):)?("(?:[^"\\]|\\.)*"|[^\s"]+)/g

/** Reads a search: https://docs.github.com/search-github/getting-started-with-searching-on-github/understanding-the-search-syntax (2026-11-26). */
export function parseQuery(text: string): Query {
  const all = [...text.matchAll(TOKEN)].map(([, dash = '', key = '', value = '']): Qualifier => {
    const plain = value.startsWith('"') ? value.slice(1, -1).replaceAll(/\\(.)/g, '$1') : value
    return { key: key.toLowerCase(), value: plain, not: dash === '-' }
  })
  // An address is a term, whatever it looks like.
  const isTerm = ({ key, value }: Qualifier): boolean => key === '' || value.startsWith('//')
  return {
    terms: all
      .filter(isTerm)
      .map((one) => (one.key === '' ? one : { ...one, key: '', value: `${one.key}:${one.value}` })),
    qualifiers: all.filter((one) => !isTerm(one)),
  }
}

/** The first qualifier that is not among those known, or whose value is not. `words` are the values that some may have. */
export const unknownIn = (
  query: Query,
  known: ReadonlySet<string>,
  words: Readonly<Record<string, ReadonlySet<string>>> = {},
): Qualifier | undefined =>
  query.qualifiers.find(({ key, value }) => !known.has(key) || words[key]?.has(value.toLowerCase()) === false)

/** A time or day as the end of a range: a day begins and ends. */
function edges(text: string): readonly [number, number] {
  const from = Date.parse(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text)
  return [from, /^\d{4}-\d\d-\d\d$/.test(text) ? from + 86_399_999 : from]
}

/** Whether a time is in `>=2024-01-01`, `2024-01-01..2024-02-01` and the like. Undefined where that cannot be read. */
export function inTime(at: string | undefined, range: string): boolean | undefined {
  return inRange(at === undefined || at === '' ? Number.NaN : Date.parse(at), range, edges)
}
/** Likewise for whole numbers. */
export const inNumbers = (value: number, range: string): boolean | undefined =>
  inRange(value, range, (text) => [Number(text), Number(text)])

function inRange(value: number, range: string, read: (text: string) => readonly [number, number]): boolean | undefined {
  const between = /^(.+?|\*)\.\.(.+|\*)$/.exec(range)
  if (between !== null) {
    const [, from = '*', to = '*'] = between
    const low = from === '*' ? Number.NEGATIVE_INFINITY : read(from)[0]
    const high = to === '*' ? Number.POSITIVE_INFINITY : read(to)[1]
    return Number.isNaN(low) || Number.isNaN(high) ? undefined : value >= low && value <= high
  }
  const [, sign = '', text = ''] = /^(>=|<=|>|<)?(.+)$/.exec(range) ?? []
  const [low, high] = read(text)
  if (Number.isNaN(low)) return undefined
  switch (sign) {
    case '>':
      return value > high
    case '>=':
      return value >= low
    case '<':
      return value < low
    case '<=':
      return value <= high
    default:
      return value >= low && value <= high
  }
}
