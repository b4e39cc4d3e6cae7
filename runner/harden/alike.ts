import type { Json } from '../../twins/trace.ts'

/** Beginnings that say something, and letters a pattern needs to be more than a number. */
const BEGINNING_MIN = 10
const LETTERS_MIN = 4
const TEXT_MAX = 200

/**
 * What is the same in all values, as an expectation would ask for it: objects key by key, lists of one length item by item, texts that
 * differ in numbers or in their ends by a pattern. Undefined where they have nothing in common; with `present`, a text that is always
 * there and always another is asked to be there.
 */
export function common(values: readonly Json[], present = false): Json | undefined {
  const [first, ...rest] = values
  if (first === undefined) return undefined
  if (Array.isArray(first)) return commonList(values, present)
  if (first !== null && typeof first === 'object') {
    if (rest.some((one) => one === null || typeof one !== 'object' || Array.isArray(one))) return undefined
    const shared: Record<string, Json> = {}
    for (const [key, value] of Object.entries(first)) {
      if (value === undefined) continue
      const one = common(
        [value, ...rest.map((other) => (other as Readonly<Record<string, Json>>)[key] ?? null)],
        present,
      )
      if (one !== undefined) shared[key] = one
    }
    return shared
  }
  if (rest.every((one) => one === first)) return isPattern(first) ? undefined : first
  const texts = values.filter((one) => typeof one === 'string')
  if (texts.length < values.length) return undefined
  return patternOf(texts) ?? (present && texts.every((text) => text !== '') ? '/./' : undefined)
}

/** A list is asked for item by item; where one has nothing in common with its like, the list says nothing. */
function commonList(values: readonly Json[], present: boolean): Json | undefined {
  const lists = values.filter((one) => Array.isArray(one))
  const [first = []] = lists
  if (lists.length < values.length || lists.some(({ length }) => length !== first.length)) return undefined
  const items = first.map((_, at) =>
    common(
      lists.map((list) => list[at] as Json),
      present,
    ),
  )
  return items.every((item) => item !== undefined) ? items : undefined
}

/** The values inside that make good conditions, by dot path: no long texts, nothing empty. */
export function scalars(value: Json | undefined, path = ''): Readonly<Record<string, Json>> {
  if (value === null || value === undefined) return {}
  if (typeof value !== 'object') {
    const plain = typeof value !== 'string' || (value.length > 0 && value.length <= TEXT_MAX)
    return plain && path !== '' ? { [path]: value } : {}
  }
  return Object.assign(
    {},
    ...Object.entries(value).map(([key, one]) => scalars(one, path === '' ? key : `${path}.${key}`)),
  ) as Readonly<Record<string, Json>>
}

/**
 * Of lines of JSON, the fields that are the same in all, each as a pattern of its own: a line with one field more, or in another order, still
 * has them. Nothing where a text is no JSON object.
 */
export function fieldPatterns(texts: readonly string[]): readonly string[] {
  const [first, ...rest] = texts.map(objectOf)
  if (first === undefined || rest.includes(undefined)) return []
  return Object.entries(first).flatMap(([key, value]) => {
    const same = rest.every((one) => one?.[key] === value)
    return same && value !== null && typeof value !== 'object'
      ? [`/${quoted(JSON.stringify(key))}:${quoted(JSON.stringify(value))}/`]
      : []
  })
}

function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}

/** Texts that look like patterns are read as such: they cannot be asked for. */
const isPattern = (value: Json): boolean => typeof value === 'string' && /^\/.+\/[a-z]*$/s.test(value)

/** A pattern that all texts fit: the same but for numbers, which have as many digits as were seen; or else the same beginning. */
function patternOf(texts: readonly string[]): string | undefined {
  const [first = '', ...rest] = texts
  const numbered = numbersOf(texts, (numbers) => {
    const lengths = numbers.map(({ length }) => length)
    const [least, most] = [Math.min(...lengths), Math.max(...lengths)]
    return `[0-9]{${least === most ? least : `${least},${most}`}}`
  })
  if (numbered !== undefined) return numbered
  let length = 0
  while (length < first.length && rest.every((text) => text[length] === first[length])) length++
  // A number that was cut says nothing.
  const beginning = first.slice(0, length).replace(/[\d.]+$/, '')
  return beginning.length >= BEGINNING_MIN && /\p{L}/u.test(beginning) ? `/^${quoted(beginning)}/` : undefined
}

/**
 * The same for texts whose numbers are of one size, such as the waits of a retry: they may be half as far again from one another as they
 * were. Nothing where numbers do not differ, or the texts do in more.
 */
export const sizesOf = (texts: readonly string[]): string | undefined =>
  new Set(texts).size < 2
    ? undefined
    : numbersOf(texts, (numbers) => {
        const [least, most] = roomAround(numbers.map(Number))
        return numbers.some((one) => !/^(0|[1-9]\d{0,14})$/.test(one))
          ? undefined
          : sized(Math.floor(least), Math.ceil(most))
      })

/** From the least to the most, and half of that on both sides: where few were seen, others lie outside of them. */
export function roomAround(numbers: readonly number[]): readonly [number, number] {
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)]
  const room = (most - least) / 2
  return [Math.max(0, least - room), most + room]
}

/** Numbers between the two and those that begin with the same digits, as a pattern: 380 to 1120 is `(?:[3-9][0-9]{2}|1[0-9]{3})`. */
function sized(least: number, most: number): string {
  const [low, high] = [String(least), String(most)]
  const parts = Array.from({ length: high.length - low.length + 1 }, (_, at) => {
    const digits = low.length + at
    const from = at === 0 ? low.charAt(0) : '1'
    const to = digits === high.length ? high.charAt(0) : '9'
    const rest = digits === 1 ? '' : `[0-9]{${digits - 1}}`
    return `${from === to ? from : `[${from}-${to}]`}${rest}`
  })
  return parts.length === 1 ? (parts[0] ?? '') : `(?:${parts.join('|')})`
}

/** A pattern for texts that differ only in numbers, which `like` turns into patterns. Undefined where they differ in more, or say nothing. */
function numbersOf(
  texts: readonly string[],
  like: (numbers: readonly string[]) => string | undefined,
): string | undefined {
  const parts = texts.map((text) => text.split(/(\d+)/))
  const [own = []] = parts
  const sameWords = parts.every(
    (list) => list.length === own.length && own.every((p, at) => at % 2 === 1 || list[at] === p),
  )
  const words = own.filter((_, at) => at % 2 === 0).join('')
  if (!sameWords || !/\p{L}/u.test(words) || words.length < LETTERS_MIN) return undefined
  const body = own.map((part, at) =>
    at % 2 === 0 || parts.every((list) => list[at] === part) ? quoted(part) : like(parts.map((list) => list[at] ?? '')),
  )
  return body.includes(undefined) ? undefined : `/^${body.join('')}$/`
}

const quoted = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&').replaceAll('\n', '\\n')
