import fc from 'fast-check'
import { expect, test } from 'vitest'
import { s3 } from '../../../twins/s3/index.ts'
import { setStage } from '../../conformance/twins.ts'
import { signed } from '../aws/signed.ts'

/** The versions of each key, from the oldest to the latest; `undefined` is a mark of deletion. */
type Model = { readonly keys: Map<string, (string | undefined)[]>; readonly versioned: boolean }
type Stage = ReturnType<typeof setStage>
type Command = fc.AsyncCommand<Model, Stage>
type Fate = 'fine' | 'answer-lost' | 'request-lost' | 'duplicate'

const ask = async (
  stage: Stage,
  method: string,
  path: string,
  fate: Fate,
  body = '',
  headers = {},
): Promise<{ status: number; text: string }> => {
  const operation = { PUT: 's3.objects.put', DELETE: 's3.objects.delete' }[method]
  if (operation !== undefined && fate !== 'fine') stage.world.faults.add({ on: operation, kind: fate, times: 1 })
  const url = `https://shop.s3.us-east-1.amazonaws.com${path}`
  try {
    const answer = await stage.send(
      signed({ service: 's3', method, url, headers, body, atMs: stage.world.clock.now() }),
    )
    return { status: answer.status, text: await answer.text() }
  } catch (error) {
    if (error instanceof TypeError) return { status: 0, text: '' } // The answer was lost.
    throw error
  }
}
const command = (text: string, run: (model: Model, stage: Stage) => Promise<void>): Command => ({
  check: () => true,
  run,
  toString: () => text,
})
const versionsOf = ({ keys }: Model, key: string): (string | undefined)[] => {
  const versions = keys.get(key) ?? []
  keys.set(key, versions)
  return versions
}
const times = (fate: Fate): number => ({ fine: 1, 'answer-lost': 1, 'request-lost': 0, duplicate: 2 })[fate]

const put = (key: string, body: string, onlyNew: boolean, fate: Fate): Command =>
  command(`put(${key}, ${body}${onlyNew ? ', only new' : ''}, ${fate})`, async (model, stage) => {
    const versions = versionsOf(model, key)
    const { status } = await ask(stage, 'PUT', `/${key}`, fate, body, onlyNew ? { 'if-none-match': '*' } : {})
    const refused = onlyNew && versions.at(-1) !== undefined
    for (let at = 0; at < times(fate); at++) {
      if (onlyNew && versions.at(-1) !== undefined) continue
      if (!model.versioned) versions.length = 0
      versions.push(body)
    }
    expect(status).toBe(fate === 'fine' || fate === 'duplicate' ? (refused ? 412 : 200) : 0)
  })

const remove = (key: string, fate: Fate): Command =>
  command(`remove(${key}, ${fate})`, async (model, stage) => {
    const versions = versionsOf(model, key)
    await ask(stage, 'DELETE', `/${key}`, fate)
    for (let at = 0; at < times(fate); at++) {
      if (model.versioned) versions.push(undefined)
      else versions.length = 0
    }
  })

const read = (key: string): Command =>
  command(`read(${key})`, async (model, stage) => {
    const body = versionsOf(model, key).at(-1)
    const { status, text } = await ask(stage, 'GET', `/${key}`, 'fine')
    expect([status, status === 200 ? text : undefined]).toEqual(body === undefined ? [404, undefined] : [200, body])
  })

const list = command('list', async (model, stage) => {
  const { text } = await ask(stage, 'GET', '/?list-type=2', 'fine')
  const there = [...model.keys].filter(([, versions]) => versions.at(-1) !== undefined).map(([key]) => key)
  expect([...text.matchAll(/<Key>([^<]+)</g)].map(([, key]) => key)).toEqual(there.sort())
  const all = await ask(stage, 'GET', '/?versions=', 'fine')
  const count = [...model.keys.values()].reduce((sum, versions) => sum + versions.length, 0)
  expect([...all.text.matchAll(/<VersionId>/g)]).toHaveLength(count)
})

const restore = command('restore', async (_, stage) => {
  stage.twin.restore(JSON.parse(JSON.stringify(stage.twin.snapshot())))
})

test.each([false, true])(
  'whatever is written, lost, doubled, removed and restored, the model knows it too (versions: %s)',
  async (versioned) => {
    const key = fc.constantFrom('a', 'b', 'c')
    const fate = fc.constantFrom<Fate>('fine', 'fine', 'answer-lost', 'request-lost', 'duplicate')
    const commands = [
      fc.tuple(key, fc.constantFrom('x', 'y'), fc.boolean(), fate).map((given) => put(...given)),
      fc.tuple(key, fate).map((given) => remove(...given)),
      key.map(read),
      fc.constant(list),
      fc.constant(restore),
    ]
    await fc.assert(
      fc.asyncProperty(fc.commands(commands, { size: '+1' }), async (plan) => {
        const stage = setStage({ twin: s3, seed: { buckets: [{ name: 'shop', versioning: versioned }] } })
        await fc.asyncModelRun(
          () => ({ model: { keys: new Map<string, (string | undefined)[]>(), versioned }, real: stage }),
          plan,
        )
      }),
      { seed: 7, numRuns: 25 },
    )
  },
)
