import type { Octokit } from '@octokit/rest'
import { expect } from 'vitest'
import { isRow, type Row } from '../../../twins/github/store.ts'

export type Args = Readonly<Record<string, unknown>>
export type Answer = { readonly status: number; readonly data: unknown }
type Method = (args: Args) => Promise<Answer>

/** Calls one of the SDK's methods by its name, such as `issues.createLabel`. A refusal is an answer too. */
export async function call({ rest }: Octokit, name: string, args: Args = {}): Promise<Answer> {
  const [scope = '', method = ''] = name.split('.')
  const found = (rest as unknown as Record<string, Record<string, Method>>)[scope]?.[method]
  if (found === undefined) throw new Error(`expected a method ${name}, got none`)
  return found(args).catch((error: unknown) => {
    if (!isRow(error) || typeof error.status !== 'number') throw error
    return { status: error.status, data: isRow(error.response) ? error.response.data : undefined }
  })
}

/** One call: the method, its arguments (which may be made of what came before), and the status or the answer it has. */
export type Step = readonly [string, (Args | ((last: Row, all: readonly Row[]) => Args))?, (number | object)?]

/** Makes the calls one after the other. */
export async function walk(octokit: Octokit, steps: readonly Step[]): Promise<void> {
  const all: Row[] = []
  for (const [name, args, expected] of steps) {
    const given = typeof args === 'function' ? args(all.at(-1) ?? {}, all) : args
    const { status, data } = await call(octokit, name, given)
    const told = `${name} ${JSON.stringify(given)}: ${status} ${JSON.stringify(data)?.slice(0, 300)}`
    if (typeof expected === 'number') expect(status, told).toBe(expected)
    else expect(status, told).toBeLessThan(300)
    if (typeof expected === 'object') expect(data, told).toMatchObject(expected)
    if (isRow(data)) all.push(data)
  }
}

/** What is made, listed, read, changed and taken away by methods of these names. */
export type Resource = {
  readonly create: readonly [string, Args]
  /** What finds the one that was made. */
  readonly id: (made: Row) => Args
  readonly list?: readonly [string, Args]
  /** Where in the list's answer the rows are, unless they are all of it. */
  readonly rows?: string
  readonly get?: string
  /** How it is changed, and what it shows then. */
  readonly update?: readonly [string, Args, Args?]
  readonly remove?: string
  /** What all of the calls have in common. */
  readonly at?: Args
  /** What the one that was made shows of what was asked for. */
  readonly shows?: Args
}

const rowsIn = (data: unknown, under: string | undefined): readonly unknown[] => {
  const rows = under === undefined ? data : isRow(data) ? data[under] : undefined
  return Array.isArray(rows) ? rows : []
}

/** Holds a resource to what each of them promises: what is made is there, is changed as asked, and is gone once it is taken away. */
export async function holdTo(octokit: Octokit, resource: Resource): Promise<void> {
  const { create, id, list, rows, get, update, remove, at = {}, shows = {} } = resource
  const ask = (name: string, args: Args = {}): Promise<Answer> => call(octokit, name, { ...at, ...args })
  const count = async (): Promise<number> => (list === undefined ? 0 : rowsIn((await ask(...list)).data, rows).length)
  const before = await count()
  const made = await ask(create[0], create[1])
  expect(made.status, `${create[0]}: ${JSON.stringify(made.data)}`).toBeLessThan(300)
  const key = id(isRow(made.data) ? made.data : {})
  if (isRow(made.data)) expect(made.data).toMatchObject(shows)
  if (list !== undefined) expect(await count(), list[0]).toBe(before + 1)
  if (get !== undefined) {
    const got = await ask(get, key)
    expect(got.status, get).toBe(200)
    if (isRow(made.data) && made.data.id !== undefined) expect(got.data).toMatchObject({ id: made.data.id })
  }
  if (update !== undefined) {
    const changed = await ask(update[0], { ...key, ...update[1] })
    expect(changed.status, `${update[0]}: ${JSON.stringify(changed.data)}`).toBeLessThan(300)
    const now = get === undefined ? changed.data : (await ask(get, key)).data
    expect(now, update[0]).toMatchObject(update[2] ?? update[1])
  }
  if (remove === undefined) return
  expect((await ask(remove, key)).status, remove).toBeLessThan(300)
  if (get !== undefined) expect((await ask(get, key)).status, `${get} after ${remove}`).toBe(404)
  if (list !== undefined) expect(await count(), `${list[0]} after ${remove}`).toBe(before)
}
