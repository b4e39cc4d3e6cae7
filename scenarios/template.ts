import { fieldAt } from '../twins/faults.ts'
import type { Json } from '../twins/trace.ts'
import type { Answer } from './run.ts'

/** A template asked for something no answer holds. The message says which, and what was there. */
export class Unresolved extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'Unresolved'
  }
}

/** What `{{…}}` may refer to: captures by name, and answers by step id as `pay.status`, `pay.headers.x`, `pay.body.a.b`. */
export type Known = { readonly answers: ReadonlyMap<string, Answer>; readonly captures: ReadonlyMap<string, Json> }

const TEMPLATE = /\{\{\s*([^{}]+?)\s*\}\}/g

function lookUp(reference: string, known: Known): Json {
  const captured = known.captures.get(reference)
  if (captured !== undefined) return captured
  const [step = '', ...rest] = reference.split('.')
  const answer = known.answers.get(step)
  if (answer === undefined) throw new Unresolved(`{{${reference}}}: step "${step}" has no answer yet.`)
  const value = fieldAt({ status: answer.status, headers: answer.headers, body: answer.body }, rest.join('.'))
  if (value === undefined) {
    throw new Unresolved(
      `{{${reference}}}: the answer of "${step}" (status ${answer.status}) has no ${rest.join('.')}.`,
    )
  }
  return value
}

/** `text` with its templates filled in. Throws `Unresolved`. */
export const fillText = (text: string, known: Known): string =>
  text.replaceAll(TEMPLATE, (_, reference: string) => {
    const value = lookUp(reference, known)
    return typeof value === 'string' ? value : JSON.stringify(value)
  })

/** `value` with the templates in all its strings filled in; a string that is one template takes the value's own type. */
export function fill(value: Json, known: Known): Json {
  if (typeof value === 'string') {
    const whole = /^\{\{\s*([^{}]+?)\s*\}\}$/.exec(value)?.[1]
    return whole === undefined ? fillText(value, known) : lookUp(whole, known)
  }
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map((item) => fill(item, known))
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, item === undefined ? undefined : fill(item, known)]),
  )
}
