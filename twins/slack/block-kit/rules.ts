import type { Json } from '../../trace.ts'
import { type Fields, isFields } from '../state.ts'

/** What is wrong with a payload, in Slack's words: `missing required field: type [json-pointer:/blocks/0]`. */
export class Problems {
  readonly messages: string[] = []

  add(message: string, at: string): void {
    this.messages.push(`${message} [json-pointer:${at}]`)
  }
}

/** What checking needs beside the payload. */
export type Reading = {
  readonly problems: Problems
  /** A name that nothing else has, for blocks and elements that come without. */
  readonly fresh: () => string
  /** Refuses loudly what Block Kit has and this twin does not check. */
  readonly unmodelled: (what: string) => never
}
/** Checks a value and gives it as Slack keeps it. */
export type Rule = (value: Json | undefined, at: string, on: Reading) => Json | undefined

type Size = { readonly min?: number; readonly max?: number }

export const text =
  ({ min = 0, max = Number.POSITIVE_INFINITY }: Size = {}): Rule =>
  (value, at, { problems }) => {
    if (typeof value !== 'string') problems.add('must provide a string', at)
    else if (value.length < min) problems.add(`must be more than ${min - 1} characters`, at)
    else if (value.length > max) problems.add(`must be less than ${max + 1} characters`, at)
    return value
  }

export const boolean: Rule = (value, at, { problems }) => {
  if (typeof value !== 'boolean') problems.add('must provide a boolean', at)
  return value
}

export const integer =
  ({ min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }: Size = {}): Rule =>
  (value, at, { problems }) => {
    if (!Number.isInteger(value)) problems.add('must provide an integer', at)
    else if (Number(value) < min) problems.add(`must be greater than or equal to ${min}`, at)
    else if (Number(value) > max) problems.add(`must be less than or equal to ${max}`, at)
    return value
  }

export const oneOf =
  (...values: readonly string[]): Rule =>
  (value, at, { problems }) => {
    if (typeof value !== 'string' || !values.includes(value)) problems.add(`must be a valid enum value`, at)
    return value
  }

export const matching =
  (pattern: RegExp, what: string): Rule =>
  (value, at, { problems }) => {
    if (typeof value !== 'string' || !pattern.test(value)) problems.add(`must be a valid ${what}`, at)
    return value
  }

export const anything: Rule = (value) => value

export const list =
  (item: Rule, { min = 0, max = Number.POSITIVE_INFINITY }: Size = {}): Rule =>
  (value, at, on) => {
    if (!Array.isArray(value)) {
      on.problems.add('must provide an array', at)
      return value
    }
    const items = value as readonly Json[]
    if (items.length < min) on.problems.add(`no fewer than ${min} items allowed`, at)
    if (items.length > max) on.problems.add(`no more than ${max} items allowed`, at)
    return items.map((one, n) => item(one, `${at}/${n}`, on) ?? null)
  }

type Shape = {
  readonly required?: Readonly<Record<string, Rule>>
  readonly optional?: Readonly<Record<string, Rule>>
  /** What Slack fills in where it is left out. */
  readonly filled?: (on: Reading) => Fields
  /** What no single field can break. */
  readonly also?: (value: Fields, at: string, on: Reading) => void
}

/** An object with these fields and no other. */
export const object =
  ({ required = {}, optional = {}, filled, also }: Shape): Rule =>
  (value, at, on) => {
    if (!isFields(value)) {
      on.problems.add('must provide an object', at)
      return value
    }
    const rules = { ...required, ...optional }
    for (const name of Object.keys(required))
      if (value[name] === undefined) on.problems.add(`missing required field: ${name}`, at)
    const kept: { [name: string]: Json | undefined } = {}
    for (const [name, one] of Object.entries(value)) {
      const rule = rules[name]
      if (rule === undefined) on.problems.add(`invalid additional property: ${name}`, at)
      else kept[name] = rule(one, `${at}/${name}`, on)
    }
    also?.(value, at, on)
    return { ...filled?.(on), ...kept }
  }

/** One of several objects, told apart by `type`. `loud` are real types that this twin does not know its way about in. */
export const tagged =
  (rules: Readonly<Record<string, Rule>>, loud: Readonly<Record<string, string>> = {}): Rule =>
  (value, at, on) => {
    if (!isFields(value)) {
      on.problems.add('must provide an object', at)
      return value
    }
    const { type } = value
    if (type === undefined) {
      on.problems.add('missing required field: type', at)
      return value
    }
    const gap = loud[String(type)]
    if (gap !== undefined) on.unmodelled(gap)
    const rule = rules[String(type)]
    if (rule !== undefined) return rule(value, at, on)
    on.problems.add(`unsupported type: ${String(type)}`, `${at}/type`)
    return value
  }

/** Several schemas of which one has to fit; when none does, Slack says so before it says why. */
export const anyOf =
  (rule: Rule): Rule =>
  (value, at, on) => {
    const inner: Reading = { ...on, problems: new Problems() }
    const kept = rule(value, at, inner)
    if (inner.problems.messages.length > 0) {
      on.problems.add('failed to match all allowed schemas', at)
      on.problems.messages.push(...inner.problems.messages)
    }
    return kept
  }
