/**
 * Stands in for Vitest when a library's own tests are bundled for the mutant judge: it collects tests instead of running them.
 * What tests look at things with (`expect`, `vi`) is the project's own Vitest.
 */
import { assert, chai, expect, vi } from 'vitest'

type Body = (context: { readonly expect: typeof expect }) => unknown
type Hook = () => unknown
type Suite = {
  readonly name: string
  readonly parent: Suite | undefined
  readonly beforeAll: Hook[]
  readonly beforeEach: Hook[]
  readonly afterEach: Hook[]
  readonly afterAll: Hook[]
  only: boolean
}
export type SuiteTest = { readonly name: string; readonly run: () => Promise<void> }

const fresh = (name: string, parent: Suite | undefined): Suite => ({
  name,
  parent,
  beforeAll: [],
  beforeEach: [],
  afterEach: [],
  afterAll: [],
  only: false,
})
const at: { suite: Suite; names: Set<string> } = { suite: fresh('', undefined), names: new Set() }
/** All tests, in the order in which they stand. */
export const tests: SuiteTest[] = []

const label = (name: unknown): string => (typeof name === 'function' ? name.name : String(name))
const bodyOf = (args: readonly unknown[]): Body | undefined =>
  args.find((one): one is Body => typeof one === 'function')

function path(suite: Suite | undefined): readonly Suite[] {
  return suite === undefined ? [] : [...path(suite.parent), suite]
}

/** A test by itself: hooks of all suites around it run for it alone. */
function collect(name: unknown, ...args: readonly unknown[]): void {
  const body = bodyOf(args)
  if (body === undefined) return
  const suites = path(at.suite)
  const base = [...suites.map((suite) => suite.name), label(name)].filter((part) => part !== '').join(' > ')
  let unique = base
  for (let count = 2; at.names.has(unique); count++) unique = `${base} #${count}`
  at.names.add(unique)
  tests.push({
    name: unique,
    async run() {
      for (const suite of suites) for (const hook of suite.beforeAll) await hook()
      try {
        for (const suite of suites) for (const hook of suite.beforeEach) await hook()
        try {
          await body({ expect })
        } finally {
          for (const suite of suites.toReversed()) for (const hook of suite.afterEach.toReversed()) await hook()
        }
      } finally {
        for (const suite of suites.toReversed()) for (const hook of suite.afterAll.toReversed()) await hook()
      }
    },
  })
}

function group(name: unknown, ...args: readonly unknown[]): void {
  const body = args.find((one): one is () => unknown => typeof one === 'function')
  if (body === undefined) return
  const outer = at.suite
  at.suite = fresh(label(name), outer)
  try {
    body()
  } finally {
    at.suite = outer
  }
}

type Define = (name: unknown, ...args: readonly unknown[]) => void
const nothing: Define = () => undefined

/** The forms that both `test` and `describe` have. A form that would change what is run is refused, not guessed. */
function withForms(define: Define, kind: string): Define & Readonly<Record<string, unknown>> {
  const each =
    (rows: readonly unknown[]) =>
    (name: unknown, body: (...args: readonly unknown[]) => unknown): void => {
      for (const [index, row] of rows.entries())
        define(`${label(name)} [${index}]`, () => body(...(Array.isArray(row) ? row : [row])))
    }
  const forEach =
    (rows: readonly unknown[]) =>
    (name: unknown, body: (row: unknown, context: object) => unknown): void => {
      for (const [index, row] of rows.entries()) define(`${label(name)} [${index}]`, () => body(row, { expect }))
    }
  const refuse = (form: string) => (): never => {
    throw new Error(`${kind}.${form} is not supported when tests judge mutants in one process.`)
  }
  const forms: Readonly<Record<string, unknown>> = {
    each,
    for: forEach,
    skip: Object.assign(nothing, { each: () => nothing }),
    todo: nothing,
    concurrent: define,
    sequential: define,
    skipIf: (skip: unknown) => (skip ? nothing : define),
    runIf: (run: unknown) => (run ? define : nothing),
    only: refuse('only'),
    fails: refuse('fails'),
    extend: refuse('extend'),
  }
  return Object.assign(define, forms)
}

export const test: ReturnType<typeof withForms> = withForms((name, ...args) => collect(name, ...args), 'test')
export const it: typeof test = test
export const describe: ReturnType<typeof withForms> = withForms((name, ...args) => group(name, ...args), 'describe')
export const suite: typeof describe = describe
export const beforeAll = (hook: Hook): void => void at.suite.beforeAll.push(hook)
export const beforeEach = (hook: Hook): void => void at.suite.beforeEach.push(hook)
export const afterEach = (hook: Hook): void => void at.suite.afterEach.push(hook)
export const afterAll = (hook: Hook): void => void at.suite.afterAll.push(hook)
export { assert, chai, expect, vi }
