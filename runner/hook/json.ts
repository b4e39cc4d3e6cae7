import type { z } from 'zod'
import { printable } from '../gate/intake.ts'
import { HookFailure } from './failure.ts'

/** Nesting that nothing in the contract comes near. */
const DEPTH_MAX = 32

/** JSON of somebody else's, read with care: UTF-8 only, no deep nesting, no key that reaches a prototype, no number beyond all
 * bounds. Throws `bad-json`. */
export function readJson(bytes: Buffer, whose: string): unknown {
  const bad = (why: string): HookFailure => new HookFailure('bad-json', `${whose}: expected JSON, got ${why}`)
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw bad('bytes that are not UTF-8')
  }
  if (deeperThan(text, DEPTH_MAX)) throw bad(`more than ${DEPTH_MAX} levels of nesting`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    if (text === '') throw bad('nothing')
    throw bad(`"${printable(text, 60)}" (${printable(error instanceof Error ? error.message : '', 80)})`)
  }
  const flaw = flawOf(value)
  if (flaw !== undefined) throw bad(flaw)
  return value
}

/** Looks at brackets outside strings only; linear, and before anything is built. */
function deeperThan(text: string, depthMax: number): boolean {
  let depth = 0
  let quoted = false
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at)
    if (quoted) {
      if (char === 0x5c) at += 1
      else if (char === 0x22) quoted = false
    } else if (char === 0x22) quoted = true
    else if (char === 0x7b || char === 0x5b) {
      depth += 1
      if (depth > depthMax) return true
    } else if (char === 0x7d || char === 0x5d) depth -= 1
  }
  return false
}

/**
 * What no schema would see, wherever it stands: a key under which an object would get a prototype, which schemas drop in silence, and a
 * number that is too large and would be written back as null.
 */
function flawOf(value: unknown): string | undefined {
  if (typeof value === 'number' && !Number.isFinite(value)) return 'a number too large to be one'
  if (value === null || typeof value !== 'object') return undefined
  if (!Array.isArray(value) && Object.hasOwn(value, '__proto__')) return 'a key "__proto__"'
  for (const item of Object.values(value)) {
    const found = flawOf(item)
    if (found !== undefined) return found
  }
  return undefined
}

/** What is wrong with data by a schema: the first three places, in one line that is safe to print. */
export function explain(error: z.ZodError): string {
  const places = error.issues.slice(0, 3).map(({ path, message }) => {
    const at = path.map(String).join('.')
    return `${at === '' ? '' : `${at}: `}${message}`
  })
  return printable(places.join('; '), 400)
}
