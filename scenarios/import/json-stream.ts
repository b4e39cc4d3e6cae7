/** A part of a JSON text that was asked for. */
export type Piece =
  | {
      readonly kind: 'value'
      readonly name: string
      readonly path: readonly (string | number)[]
      readonly text: string
    }
  /** The text ends in the middle of something, or cannot be JSON any more; `inside` names the part it ends in. */
  | { readonly kind: 'broken'; readonly why: string; readonly inside: string | undefined; readonly at: number }

/** Names an object or array by its path, where it is wanted as a whole; keys are texts, positions numbers. */
export type Wanted = (path: readonly (string | number)[]) => string | undefined

const DEPTH_MAX = 512
const KEY_MAX = 256
const CODE = {
  quote: 34,
  escape: 92,
  open: 123,
  close: 125,
  openList: 91,
  closeList: 93,
  comma: 44,
  colon: 58,
} as const

type Level = { readonly list: boolean; key: string | number }

/**
 * Finds parts of a JSON text of any size by their path, and gives each as text, so that what is read at once is one part. Several
 * texts in a row (JSON lines) are read as one after the other. What cannot be read ends it, and is told.
 */
export async function* piecesOf(texts: AsyncIterable<string>, wanted: Wanted): AsyncGenerator<Piece> {
  const scanner = createScanner(wanted)
  for await (const text of texts) {
    yield* scanner.take(text)
    if (scanner.broken) return
  }
  yield* scanner.end()
}

function createScanner(wanted: Wanted): {
  readonly broken: boolean
  take(text: string): Generator<Piece>
  end(): Generator<Piece>
} {
  const levels: Level[] = []
  let inString = false
  let escaped = false
  let broken = false
  /** The last text at the current level, of which nobody knows yet whether it is a key. */
  let string = ''
  let stringHeld = ''
  let capture:
    | { readonly name: string; readonly path: readonly (string | number)[]; readonly depth: number }
    | undefined
  let held: string[] = []
  let seen = 0

  const fail = (why: string, at: number): Piece => {
    broken = true
    return { kind: 'broken', why, inside: capture?.name, at: seen + at }
  }

  function* take(text: string): Generator<Piece> {
    let from = 0
    let stringFrom = 0
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (inString) {
        if (escaped) escaped = false
        else if (code === CODE.escape) escaped = true
        else if (code === CODE.quote) {
          inString = false
          if (capture === undefined) {
            string = (stringHeld + text.slice(stringFrom, at)).slice(0, KEY_MAX)
            stringHeld = ''
          }
        }
        continue
      }
      switch (code) {
        case CODE.quote:
          inString = true
          stringFrom = at + 1
          break
        case CODE.open:
        case CODE.openList: {
          if (levels.length >= DEPTH_MAX) return yield fail(`nested deeper than ${DEPTH_MAX}`, at)
          const path = capture === undefined ? levels.map(({ key }) => key) : []
          const name = capture === undefined && levels.length > 0 ? wanted(path) : undefined
          levels.push({ list: code === CODE.openList, key: code === CODE.openList ? 0 : '' })
          if (name !== undefined) {
            capture = { name, path, depth: levels.length }
            from = at
          }
          break
        }
        case CODE.close:
        case CODE.closeList: {
          const level = levels.pop()
          if (level === undefined || level.list !== (code === CODE.closeList))
            return yield fail('brackets do not match', at)
          if (capture !== undefined && levels.length < capture.depth) {
            const { name, path } = capture
            capture = undefined
            const whole = held.length === 0 ? text.slice(from, at + 1) : held.join('') + text.slice(from, at + 1)
            held = []
            yield { kind: 'value', name, path, text: whole }
          }
          break
        }
        case CODE.colon: {
          const level = levels.at(-1)
          if (level !== undefined && !level.list) level.key = string
          break
        }
        case CODE.comma: {
          const level = levels.at(-1)
          if (level?.list === true) level.key = Number(level.key) + 1
          break
        }
        default:
      }
    }
    if (capture !== undefined) held.push(text.slice(from))
    else if (inString && stringHeld.length < KEY_MAX) stringHeld += text.slice(stringFrom)
    seen += text.length
  }
  return {
    get broken() {
      return broken
    },
    take,
    *end() {
      if (levels.length > 0 || inString) yield fail('the text ends too early', 0)
    },
  }
}
