import { expect, test } from 'vitest'
import { z } from 'zod'
import type { Difference } from '../../../runner/fidelity/compare.ts'
import { measure } from '../../../runner/fidelity/measure.ts'
import type { FidelityProfile } from '../../../twins/fidelity.ts'
import { type Exchange, parseHar } from '../../../twins/har.ts'
import type { Json } from '../../../twins/trace.ts'
import { createTwinApp, NotModelled, type TwinDefinition } from '../../../twins/twin.ts'

/** A twin of a shelf of books: the books have long ids, their pages are counted from 1. */
function shelf(fidelity: FidelityProfile = {}): TwinDefinition<unknown> {
  return {
    name: 'shelf',
    origins: ['https://shelf.test'],
    apiVersions: [],
    seed: z.object({}),
    prices: [],
    gaps: [],
    operations: ['books.create', 'books.retrieve', 'books.list', 'pages.create', 'pages.retrieve', 'books.burn'],
    happenings: [],
    events: [],
    latencyMs: { min: 1, max: 1 },
    fidelity,
    create(world) {
      const books = new Map<string, { title: string; pages: string[] }>()
      const app = createTwinApp('shelf')
      const body = (id: string, { title, pages }: { title: string; pages: string[] }): Json => ({
        object: 'book',
        id,
        title,
        status: 'shelved',
        pages: pages.length,
        first_page: pages.length === 0 ? null : 1,
      })
      app.on('books.create', 'POST /books', async (c) => {
        const { title } = (await c.req.json()) as { title: string }
        const id = world.id('bk_', 12)
        books.set(id, { title, pages: [] })
        return c.json(body(id, { title, pages: [] }) as never, 201)
      })
      app.on('books.list', 'GET /books', (c) =>
        c.json({ data: [...books].map(([id, book]) => body(id, book)) } as never),
      )
      app.on('books.retrieve', 'GET /books/:id', (c) => {
        const id = c.req.param('id') ?? ''
        const book = books.get(id)
        return book === undefined ? c.json({ error: 'not_found' }, 404) : c.json(body(id, book) as never)
      })
      app.on('pages.create', 'POST /books/:id/pages', async (c) => {
        const pages = books.get(c.req.param('id') ?? '')?.pages ?? []
        pages.push(await c.req.text())
        return c.json({ number: pages.length + 100, words: 7 })
      })
      app.on('pages.retrieve', 'GET /books/:id/pages/:number', (c) => {
        const page = books.get(c.req.param('id') ?? '')?.pages[Number(c.req.param('number')) - 101]
        return page === undefined ? c.json({ error: 'not_found' }, 404) : c.json({ text: page })
      })
      app.on('books.burn', 'POST /books/:id/burn', () => {
        throw new NotModelled('shelf', 'fire', 'Keep it away.')
      })
      return {
        operationOf: app.operationOf,
        fetch: app.fetch,
        failure: (status) => new Response(null, { status }),
        happen: () => undefined,
        snapshot: () => null,
        restore: () => undefined,
      }
    },
  }
}

type Step = readonly [request: string, sent: Json | undefined, status: number, returned: Json | undefined]

/** A recording of the real shelf, whose ids are its own. */
const recording = (...steps: readonly Step[]): { readonly file: string; readonly exchanges: readonly Exchange[] } =>
  parseHar(
    'shelf.har',
    JSON.stringify({
      log: {
        entries: steps.map(([request, sent, status, returned], at) => ({
          startedDateTime: `2026-01-0${at + 1}T00:00:00.000Z`,
          request: {
            method: request.split(' ')[0],
            url: `https://shelf.test${request.split(' ')[1]}`,
            headers: [{ name: 'Content-Type', value: 'application/json' }],
            ...(sent === undefined ? {} : { postData: { mimeType: 'application/json', text: JSON.stringify(sent) } }),
          },
          response: {
            status,
            headers: [{ name: 'Content-Type', value: 'application/json' }],
            content: returned === undefined ? { size: 0 } : { size: 1, text: JSON.stringify(returned) },
          },
        })),
      },
    }),
  )

const ID = 'bk_Recorded0001'
const book = (id: string, title: string, pages = 0): { readonly [key: string]: Json } => ({
  object: 'book',
  id,
  title,
  status: 'shelved',
  pages,
  first_page: pages === 0 ? null : 1,
})
const created: Step = ['POST /books', { title: 'Emma' }, 201, book(ID, 'Emma')]

/** The first difference of the last interaction; undefined when it matched. */
async function lastDifference(...steps: readonly Step[]): Promise<Difference | undefined | 'unmodelled'> {
  const { interactions } = await measure(shelf(), [recording(...steps)])
  const outcome = interactions.at(-1)?.outcome
  if (outcome?.kind === 'unmodelled') return 'unmodelled'
  return outcome?.kind === 'differs' ? outcome.differences[0] : undefined
}

test('a faithful twin matches, with ids bound in paths, bodies and lists', async () => {
  const steps: readonly Step[] = [
    created,
    [`GET /books/${ID}`, undefined, 200, book(ID, 'Emma')],
    [`POST /books/${ID}/pages`, { of: ID }, 200, { number: 1, words: 12 }],
    [`GET /books/${ID}/pages/1`, undefined, 200, { text: '...' }],
    ['GET /books', undefined, 200, { data: [book('bk_SomebodysBook1', 'Dubliners', 2), book(ID, 'Emma', 1)] }],
    ['GET /books/bk_NeverSeen0001', undefined, 404, { error: 'not_found' }],
  ]
  const { report } = await measure(shelf(), [recording(...steps)])
  expect(report).toMatchObject({
    schema: 'backlot.fidelity/v1',
    twin: 'shelf',
    interactions: 6,
    modelled: 6,
    matched: 6,
    recorded: { oldest: '2026-01-01', newest: '2026-01-06' },
  })
  expect(report.operations.find(({ operation }) => operation === 'books.retrieve')).toEqual({
    operation: 'books.retrieve',
    interactions: 2,
    matched: 2,
    differs: 0,
    unmodelled: 0,
    firstDifference: null,
    unmodelledBecause: [],
    newestMatch: '2026-01-06',
  })
})

test.each<[fault: string, at: string, step: Step]>([
  ['another status', 'status', ['POST /books', { title: 'Emma' }, 200, book(ID, 'Emma')]],
  ['a key the twin lacks', 'isbn', ['POST /books', { title: 'Emma' }, 201, { ...book(ID, 'Emma'), isbn: '1' }]],
  ['a key the twin sends', 'pages', ['POST /books', { title: 'Emma' }, 201, without(book(ID, 'Emma'), 'pages')]],
  ['another type', 'pages', ['POST /books', { title: 'Emma' }, 201, { ...book(ID, 'Emma'), pages: '0' }]],
  ['null for a value', 'first_page', ['POST /books', { title: 'Emma' }, 201, { ...book(ID, 'Emma'), first_page: 1 }]],
  ['another state', 'status', ['POST /books', { title: 'Emma' }, 201, { ...book(ID, 'Emma'), status: 'lent' }]],
  ['no body', 'body', ['POST /books', { title: 'Emma' }, 201, undefined]],
  ['another error', 'error', ['GET /books/bk_NeverSeen0001', undefined, 404, { error: 'gone' }]],
])('%s is a difference', async (_, at, step) => {
  expect(await lastDifference(step)).toMatchObject({ at })
})

function without(value: { readonly [key: string]: Json }, key: string): Json {
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key))
}

test('an echo of an earlier request that comes back changed is a difference', async () => {
  const renamed: Step = ['POST /books', { title: 'Persuasion' }, 201, book('bk_Recorded0002', 'Persuasion')]
  expect(await lastDifference(created, renamed, [`GET /books/${ID}`, undefined, 200, book(ID, 'Persuasion')])).toEqual({
    at: 'title',
    expected: '"Persuasion"',
    got: '"Emma"',
  })
})

test('a reference to another thing than the recorded one is a difference', async () => {
  const second: Step = ['POST /books', { title: 'Emma' }, 201, book('bk_Recorded0002', 'Emma')]
  const wrong = await lastDifference(created, second, [
    `GET /books/${ID}`,
    undefined,
    200,
    book('bk_Recorded0002', 'Emma'),
  ])
  expect(wrong).toMatchObject({ at: 'id' })
})

test('a list that lacks what was created is a difference, and so is one that is empty on one side', async () => {
  expect(await lastDifference(['GET /books', undefined, 200, { data: [book(ID, 'Emma')] }])).toMatchObject({
    at: 'data',
    got: '0 items',
  })
  expect(await lastDifference(created, ['GET /books', undefined, 200, { data: [] }])).toMatchObject({ at: 'data' })
})

test('short ids are bound within their kind only', async () => {
  const page: Step = [`POST /books/${ID}/pages`, { of: ID }, 200, { number: 1, words: 12 }]
  // The twin counts from 101: `1` behind pages/ is its 101, and `pages: 1` of the book stays what it is.
  expect(
    await lastDifference(created, page, [`GET /books/${ID}/pages/1`, undefined, 200, { text: '' }]),
  ).toBeUndefined()
  expect(await lastDifference(created, page, [`GET /books/${ID}`, undefined, 200, book(ID, 'Emma', 1)])).toBeUndefined()
})

test('a refusal of the twin is unmodelled, and so is what needs its answer', async () => {
  const burn: Step = [`POST /books/${ID}/burn`, undefined, 200, { id: 'ash_Recorded001' }]
  const steps: readonly Step[] = [
    created,
    burn,
    [`GET /books/ash_Recorded001`, undefined, 200, {}],
    ['GET /lamps/lp_00000001x', undefined, 200, {}],
  ]
  const { report } = await measure(shelf(), [recording(...steps)])
  expect(report).toMatchObject({ interactions: 4, modelled: 1, matched: 1 })
  expect(
    report.operations.map(({ operation, unmodelled, unmodelledBecause }) => [
      operation,
      unmodelled,
      unmodelledBecause[0]?.why,
    ]),
  ).toEqual([
    ['GET /lamps/{id}', 1, 'no such operation in the twin'],
    ['books.burn', 1, 'twin "shelf" does not model fire. Keep it away.'],
    ['books.create', 0, undefined],
    ['books.retrieve', 1, 'it needs what entry 2 would have returned'],
  ])
})

test('an ignore takes one kind of difference at one place away, and is counted', async () => {
  const step: Step = ['POST /books', { title: 'Emma' }, 201, { ...book(ID, 'Emma'), isbn: '1', pages: '0' }]
  const ignores = [{ at: '**.isbn', what: 'missing', why: 'Too new.' } as const]
  const { report } = await measure(shelf({ ignores }), [recording(step)])
  expect(report.ignored).toEqual([{ at: '**.isbn', what: 'missing', why: 'Too new.', times: 1 }])
  expect(report.operations[0]?.firstDifference?.at).toBe('pages')
})

test('a bug of the twin is a difference, not an unmodelled request', async () => {
  const definition = shelf()
  const broken: TwinDefinition<unknown> = {
    ...definition,
    create: (world, seed) => ({
      ...definition.create(world, seed),
      fetch: () => {
        throw new TypeError('oops')
      },
    }),
  }
  const { report } = await measure(broken, [recording(created)])
  expect(report.operations[0]?.firstDifference).toMatchObject({ at: 'answer', got: 'a bug: oops' })
})
