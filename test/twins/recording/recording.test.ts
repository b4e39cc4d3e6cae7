import { expect, test } from 'vitest'
import { parseHar, type Recording } from '../../../twins/har.ts'
import { recordingTwin } from '../../../twins/recording/index.ts'
import type { Json } from '../../../twins/trace.ts'
import { type Stage, setStage } from '../../conformance/twins.ts'

type Step = readonly [request: string, sent: Json | undefined, status: number, returned: Json | undefined]

const recording = (...steps: readonly Step[]): Recording =>
  parseHar(
    'pets.har',
    JSON.stringify({
      log: {
        entries: steps.map(([request, sent, status, returned]) => ({
          startedDateTime: '2026-01-01T00:00:00.000Z',
          request: {
            method: request.split(' ')[0],
            url: `https://api.pets.test${request.split(' ')[1]}`,
            headers: [],
            ...(sent === undefined ? {} : { postData: { text: JSON.stringify(sent) } }),
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

const pet = (id: string, name: string): { readonly [key: string]: Json } => ({ id, name, status: 'free', toys: [] })
const PETS = recording(
  ['GET /pets', undefined, 200, { data: [pet('pet_a1b2c3', 'Old')], more: false }],
  ['POST /pets', { name: 'Rex' }, 201, pet('pet_d4e5f6', 'Rex')],
  ['GET /pets/pet_d4e5f6', undefined, 200, pet('pet_d4e5f6', 'Rex')],
  ['PATCH /pets/pet_d4e5f6', { status: 'sold' }, 200, { ...pet('pet_d4e5f6', 'Rex'), status: 'sold' }],
  ['DELETE /pets/pet_d4e5f6', undefined, 204, undefined],
  ['GET /pets/pet_d4e5f6', undefined, 404, { error: 'gone' }],
  ['GET /weather?city=Rome&unit=c', undefined, 200, { degrees: 20 }],
  ['GET /weather?city=Rome&unit=c', undefined, 200, { degrees: 25 }],
)

function open(): { readonly stage: Stage; ask(request: string, body?: Json): Promise<readonly [number, Json]> } {
  const stage = setStage({ twin: recordingTwin({ name: 'pets', recordings: [PETS] }) })
  return {
    stage,
    async ask(request, body) {
      const [method = 'GET', path = ''] = request.split(' ')
      const init = body === undefined ? { method } : { method, body: JSON.stringify(body) }
      const answer = await stage.send(new Request(`https://api.pets.test${path}`, init))
      const text = await answer.text()
      return [answer.status, text === '' ? null : (JSON.parse(text) as Json)]
    },
  }
}

test('what was read first was there before, and what is posted is there afterwards', async () => {
  const { ask, stage } = open()
  expect(await ask('GET /pets')).toEqual([200, { data: [pet('pet_a1b2c3', 'Old')], more: false }])
  const [status, made] = await ask('POST /pets', { name: 'Max' })
  const { id } = made as { id: string }
  expect([status, made]).toEqual([201, { ...pet(id, 'Max') }])
  expect(id).toMatch(/^pet_[a-f0-9]{6}$/)
  expect(await ask(`PATCH /pets/${id}`, { status: 'lent' })).toEqual([200, { ...pet(id, 'Max'), status: 'lent' }])
  expect(await ask(`GET /pets/${id}`)).toEqual([200, { ...pet(id, 'Max'), status: 'lent' }])
  expect((await ask(`DELETE /pets/${id}`))[0]).toBe(204)
  expect(await ask(`GET /pets/${id}`)).toEqual([404, { error: 'gone' }])
  expect(stage.world.trace.events.filter(({ type }) => type === 'pets.inferred')).toHaveLength(6)
})

test('what is about no resource is answered as it was, to the letter and in its order', async () => {
  const { ask, stage } = open()
  const degrees = async (): Promise<Json> => (await ask('GET /weather?unit=c&city=Rome'))[1]
  expect([await degrees(), await degrees(), await degrees()]).toEqual([
    { degrees: 20 },
    { degrees: 25 },
    { degrees: 25 },
  ])
  expect(stage.world.trace.events.filter(({ type }) => type === 'pets.recorded')).toHaveLength(3)
})

test.each([
  ['GET /weather?city=Oslo&unit=c', 'GET /weather'],
  ['GET /pet', 'GET /pets'],
  ['PUT /pets/pet_a1b2c3', '/pets/:p1'],
])('%s was not recorded, and the nearest is named', async (request, nearest) => {
  await expect(open().ask(request)).rejects.toThrow(`the nearest that was is`)
  await expect(open().ask(request)).rejects.toThrow(nearest)
})

test('a snapshot holds the rows, and how often what was played', async () => {
  const { ask, stage } = open()
  await ask('POST /pets', { name: 'Max' })
  await ask('GET /weather?city=Rome&unit=c')
  const snapshot = stage.twin.snapshot()
  await ask('DELETE /pets/pet_a1b2c3')
  stage.twin.restore(snapshot)
  expect((await ask('GET /pets'))[1]).toMatchObject({ data: [{ name: 'Old' }, { name: 'Max' }] })
  expect(await ask('GET /weather?city=Rome&unit=c')).toEqual([200, { degrees: 25 }])
  expect(() => stage.twin.restore({})).toThrow()
})

test('recordings of other origins are no recordings', () => {
  expect(() => recordingTwin({ name: 'pets', recordings: [PETS], origins: ['https://api.cats.test'] })).toThrow(
    /expected recorded requests to https:\/\/api.cats.test/,
  )
})
