import { createAgileClient } from 'jira.js/agile'
import { expect } from 'vitest'
import { client, HOST, type Setup } from './support.ts'

/**
 * One call of the client: `api.function`, what it is given (`$made.id` stands for a part of an answer that was kept), what comes of it (part
 * of the answer, or the status of the refusal), and the name under which the answer is kept.
 */
export type Step = readonly [
  call: string,
  given?: object | undefined,
  then?: object | number | undefined,
  keep?: string,
]
type Api = Readonly<Record<string, Readonly<Record<string, (given: unknown) => Promise<unknown>>>>>

/** Makes the calls one after the other, those of boards and sprints by the client for them. */
export async function walk({ online }: Setup, steps: readonly Step[]): Promise<void> {
  const agile = createAgileClient({
    host: HOST,
    auth: { type: 'basic', email: 'bot@acme.test', apiToken: 'token' },
    onSchemaMismatch: 'throw',
  })
  const apis = [client(), agile] as unknown as readonly Api[]
  const kept: Record<string, unknown> = {}
  await online(async () => {
    for (const [name, given = {}, then, keep] of steps) {
      const [api = '', method = ''] = name.split('.')
      const scope = apis.find((one) => one[api]?.[method] !== undefined)?.[api]
      if (scope?.[method] === undefined) throw new Error(`expected the client to have ${name}, got nothing`)
      const args = filledIn(given, kept)
      const told = `${name} ${JSON.stringify(args)}`
      const answer = await scope[method](args).catch((error: unknown) => {
        const { status } = error as { readonly status?: number }
        if (status === undefined || typeof then !== 'number')
          throw new Error(`${told}: ${String(error)} ${JSON.stringify((error as { readonly body?: unknown }).body)}`, {
            cause: error,
          })
        return { refused: status }
      })
      if (typeof then === 'number') expect(answer, told).toEqual({ refused: then })
      else if (then !== undefined) expect(answer, `${told} ${JSON.stringify(answer)}`).toMatchObject(then)
      if (keep !== undefined) kept[keep] = answer
    }
  })
}

/** `$made.values.0.id` becomes what stands there. */
function filledIn(given: unknown, kept: unknown): unknown {
  if (Array.isArray(given)) return given.map((item) => filledIn(item, kept))
  if (typeof given === 'object' && given !== null)
    return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, filledIn(value, kept)]))
  if (typeof given !== 'string' || !given.startsWith('$')) return given
  const found = given
    .slice(1)
    .split('.')
    .reduce<unknown>((value, name) => (value as Readonly<Record<string, unknown>> | undefined)?.[name], kept)
  if (found === undefined) throw new Error(`expected ${given} among what was kept, got nothing`)
  return found
}
