import { expect, test } from 'vitest'
import { type OpenApiOptions, openapiTwin, type Seed } from '../../../twins/openapi/index.ts'
import type { Json } from '../../../twins/trace.ts'
import { type Stage, setStage } from '../../conformance/twins.ts'
import { PETS } from './pets.ts'

type Asked = { readonly status: number; readonly body: Record<string, Json> }

function open(
  options: Partial<OpenApiOptions> = {},
  seed: Seed = {},
): { readonly stage: Stage; ask(request: string, body?: Json): Promise<Asked> } {
  const stage = setStage({ twin: openapiTwin({ name: 'pets', document: PETS, ...options }), seed })
  return {
    stage,
    async ask(request, body) {
      const [method = 'GET', path = ''] = request.split(' ')
      const answer = await stage.send(
        new Request(`https://api.pets.test/v1${path}`, {
          method,
          ...(body === undefined
            ? {}
            : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
        }),
      )
      const text = await answer.text()
      return { status: answer.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, Json>) }
    },
  }
}

test('what is posted can be read, listed, changed and deleted', async () => {
  const { ask, stage } = open()
  const made = await ask('POST /pets', { name: 'Rex', age: 3 })
  expect(made).toEqual({
    status: 201,
    body: {
      id: expect.stringMatching(/^pet_\w{12}$/),
      name: 'Rex',
      age: 3,
      status: 'available',
      created_at: '2030-01-01T00:00:00.000Z',
    },
  })
  const at = `/pets/${String(made.body.id)}`
  expect((await ask(`GET ${at}`)).body).toEqual(made.body)
  expect((await ask(`PATCH ${at}`, { name: 'Max' })).body).toEqual({ ...made.body, name: 'Max' })
  expect((await ask('GET /pets')).body).toEqual({ data: [{ ...made.body, name: 'Max' }], has_more: false })
  expect((await ask(`DELETE ${at}`)).status).toBe(204)
  expect(await ask(`GET ${at}`)).toEqual({
    status: 404,
    body: { code: 404, message: expect.stringContaining(String(made.body.id)) },
  })
  const labels = stage.world.trace.events.filter(({ type }) => type === 'pets.inferred').map(({ fields }) => fields.how)
  expect(labels).toEqual(['create', 'read', 'update', 'list', 'delete', 'read'])
})

test.each([
  ['POST /pets', {}, "must have required property 'name'"],
  ['POST /pets', { name: '' }, 'must NOT have fewer than 1 characters'],
  ['POST /pets', { name: 'Rex', age: -1 }, 'must be >= 0'],
  ['GET /pets?limit=0', undefined, 'must be >= 1'],
  ['GET /pets?limit=many', undefined, 'must be integer'],
])('%s with %j does not fit the document', async (request, body, message) => {
  expect(await open().ask(request, body as Json)).toEqual({
    status: 400,
    body: { code: 400, message: expect.stringContaining(message) },
  })
})

test('lists are filtered and paged by what the operation takes', async () => {
  const pet = (id: string, status: string): Record<string, Json> => ({
    id,
    name: id,
    status,
    created_at: '2029-01-01T00:00:00Z',
  })
  const { ask } = open({}, { '/pets': [pet('pet_a', 'sold'), pet('pet_b', 'available'), pet('pet_c', 'sold')] })
  const ids = ({ body }: Asked): unknown => (body.data as { id: string }[]).map(({ id }) => id)
  expect(ids(await ask('GET /pets?status=sold'))).toEqual(['pet_a', 'pet_c'])
  const first = await ask('GET /pets?limit=2')
  expect([ids(first), first.body.has_more]).toEqual([['pet_a', 'pet_b'], true])
  expect(ids(await ask('GET /pets?limit=2&starting_after=pet_b'))).toEqual(['pet_c'])
})

test('what stands below a resource is its own, and goes with it', async () => {
  const { ask } = open()
  const [rex, max] = [await ask('POST /pets', { name: 'Rex' }), await ask('POST /pets', { name: 'Max' })]
  const toys = `/pets/${String(rex.body.id)}/toys`
  expect((await ask(`POST ${toys}`)).body).toEqual({ id: 1, kind: 'ball', petId: rex.body.id })
  expect((await ask(`GET ${toys}/1`)).status).toBe(200)
  expect((await ask(`GET /pets/${String(max.body.id)}/toys`)).body).toEqual([])
  expect((await ask('POST /pets/pet_nobody/toys')).status).toBe(404)
})

test('what fits no pattern rejects, until somebody says what it does', async () => {
  const seed = { '/pets': [{ id: 'pet_a', name: 'Rex', status: 'available', created_at: '2029-01-01T00:00:00Z' }] }
  await expect(open({}, seed).ask('POST /pets/pet_a/feed')).rejects.toThrow('Give overrides.routes["pets.feed"]')
  const { ask } = open(
    {
      overrides: {
        routes: {
          'pets.feed': ({ resources, params }) => {
            const pet = { ...resources.get('/pets', params.petId ?? ''), name: 'Rex, fed' }
            resources.put('/pets', params.petId ?? '', pet)
            return { status: 200, body: pet }
          },
        },
      },
    },
    seed,
  )
  await ask('POST /pets/pet_a/feed')
  expect((await ask('GET /pets/pet_a')).body.name).toBe('Rex, fed')
})

test('an override is held against the document as well', async () => {
  const { ask } = open({ overrides: { routes: { 'pets.feed': () => ({ status: 200, body: { id: 1 } }) } } })
  await expect(ask('POST /pets/pet_a/feed')).rejects.toThrow(/an answer to pets.feed that meets its schema/)
  expect(() =>
    openapiTwin({ name: 'pets', document: PETS, overrides: { routes: { 'pets.fed': () => ({ status: 200 }) } } }),
  ).toThrow(/expected an override of an operation/)
})

test('a status keeps its first value until it is moved, and moves as the overrides say', async () => {
  const { ask } = open({ overrides: { transitions: { status: { available: ['sold'] } } } })
  const { body } = await ask('POST /pets', { name: 'Rex' })
  const at = `PATCH /pets/${String(body.id)}`
  expect((await ask(at, { status: 'gone' })).status).toBe(409)
  expect((await ask(at, { status: 'sold' })).body.status).toBe('sold')
  expect((await ask(at, { status: 'available' })).status).toBe(409)
})

test('the same seed gives the same ids, and a snapshot restores', async () => {
  const make = async (): Promise<Json> => (await open().ask('POST /pets', { name: 'Rex' })).body
  expect(await make()).toEqual(await make())
  const { ask, stage } = open()
  await ask('POST /pets', { name: 'Rex' })
  const snapshot = stage.twin.snapshot()
  await ask('POST /pets', { name: 'Max' })
  stage.twin.restore(snapshot)
  expect((await ask('GET /pets')).body.data).toHaveLength(1)
  expect(() => stage.twin.restore([1])).toThrow()
})

test.each([
  [{ swagger: '2.0' }, 'expected an OpenAPI 3 document'],
  [{ ...PETS, servers: [] }, 'expected an origin'],
  [
    { ...PETS, paths: { '/x': { get: { responses: { 200: { $ref: '#/nowhere' } } } } } },
    'expected something at #/nowhere',
  ],
])('a document that cannot be read is refused: %#', (document, message) => {
  expect(() => openapiTwin({ name: 'pets', document })).toThrow(message)
})

test('a seed for no collection of the document is refused', () => {
  const { seed } = openapiTwin({ name: 'pets', document: PETS })
  expect(seed.safeParse({ '/cats': [] }).error?.issues[0]?.message).toContain('/pets')
})
