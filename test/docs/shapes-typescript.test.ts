/** What test/support/shapes/typescript.ts sees when an answer has another shape than the declared type, each fault planted. */
import { expect, test } from 'vitest'
import { objectDiffers } from '../support/shapes/stripe.ts'
import { describedBy } from '../support/shapes/typescript.ts'

const source = `
  class Decimal { readonly digits = ''; plus(other: Decimal): Decimal { return other } }
  interface Owner { object: 'owner'; name: string; pets: List<Pet>; born?: Date }
  interface Gone { object: 'owner'; deleted: true }
  type Pet = { object: 'pet'; kind: 'cat' | 'dog'; weight: Decimal | null; owner: string | Owner | Gone; deleted?: void; mood?: (string & {}) | 'good' }
  interface List<T> { data: T[]; more: boolean; [Symbol.iterator](): Iterator<T>; next(): T }
  enum Size { small = 'S', large = 'L' }
  type Box = Omit<{ size: Size; gone: number; labels: { [key: string]: string }; at: [number, number]; either: { a: 1 } & { b: string }; raw: unknown }, 'gone'>
  export type { Pet, Box, Owner }
  export type Pets = List<Pet>`
const described = await describedBy({ package: 'stripe', source, as: { Decimal: 'string' } })

const PET = { object: 'pet', kind: 'cat', weight: '4.5', owner: 'owner_1' }
const OWNER = { object: 'owner', name: 'Ann', pets: { data: [PET], more: false } }
const BOX = { size: 'S', labels: { a: 'x' }, at: [1, 2], either: { a: 1, b: 'b' }, raw: { any: ['thing'] } }

test.each([
  ['Pet', PET],
  ['Pet', { ...PET, weight: null, owner: OWNER, mood: 'odd' }],
  ['Pet', { ...PET, owner: { object: 'owner', deleted: true } }],
  ['Owner', { ...OWNER, born: '2020-01-01T00:00:00Z' }],
  ['Pets', { data: [PET, { ...PET, kind: 'dog' }], more: true }],
  ['Box', BOX],
])('what is of the type %s differs in nothing', (type, value) => {
  expect(described.deviations(type, value)).toEqual([])
})

test.each([
  ['a missing field', 'Pet', { object: 'pet', kind: 'cat', owner: 'o' }, ['weight: is missing']],
  ['null where there is none', 'Pet', { ...PET, kind: null }, ['kind: expected "cat" or "dog", got null']],
  ['a literal of no branch', 'Pet', { ...PET, kind: 'cow' }, ['kind: expected "cat" or "dog", got "cow"']],
  ['a member of no enumeration', 'Box', { ...BOX, size: 'M' }, ['size: expected "S" or "L", got "M"']],
  ['a number for a decimal', 'Pet', { ...PET, weight: 4.5 }, ['weight: expected string or null, got 4.5']],
  ['an unknown field', 'Pet', { ...PET, tail: 1 }, ['tail: is unknown']],
  ['a field of what is deleted', 'Pet', { ...PET, deleted: true }, ['deleted: is unknown']],
  ['a method of the SDK', 'Pets', { data: [], more: true, next: 1 }, ['next: is unknown']],
  ['what was left out of a type', 'Box', { ...BOX, gone: 1 }, ['gone: is unknown']],
  ['a value under any key', 'Box', { ...BOX, labels: { a: 1 } }, ['labels.a: expected string, got 1']],
  ['a tuple of another length', 'Box', { ...BOX, at: [1] }, ['at: expected array of 2, got array']],
  [
    'half of an intersection',
    'Box',
    { ...BOX, either: { a: 2 } },
    ['either.b: is missing', 'either.a: expected 1, got 2'],
  ],
  [
    'an item of a generic list',
    'Pets',
    { data: [PET, { ...PET, kind: 1 }], more: true },
    ['data[1].kind: expected "cat" or "dog", got 1'],
  ],
  ['a list that is none', 'Pets', { data: {}, more: true }, ['data: expected array, got object']],
  ['the branch that was meant', 'Pet', { ...PET, owner: { object: 'owner', name: 'Ann' } }, ['owner.pets: is missing']],
  [
    'an expanded branch within itself',
    'Pet',
    { ...PET, owner: { ...OWNER, pets: { data: [{ ...PET, owner: 1 }], more: true } } },
    ['owner.pets.data[0].owner: expected string or object, got 1'],
  ],
  ['a value of another kind', 'Pet', 'pet_1', ['the value: expected object, got "pet_1"']],
])('%s is told', (_, type, value, lines) => {
  expect(described.deviations(type, value)).toEqual(lines)
})

test('a type that the package does not have is refused, not taken for anything', async () => {
  const misspelt = { package: 'stripe', source: "export type X = import('stripe').Stripe.Custommer" }
  await expect(describedBy(misspelt)).rejects.toThrow('Custommer')
  expect(() => described.deviations('Cat', {})).toThrow('expected one of')
})

test('room for values to come is none where a source is closed', async () => {
  const closed = await describedBy({ package: 'stripe', source, as: { Decimal: 'string' }, closed: true })
  expect(closed.deviations('Pet', { ...PET, mood: 'good' })).toEqual([])
  expect(closed.deviations('Pet', { ...PET, mood: 'odd' })).toEqual(['mood: expected "good", got "odd"'])
})

test('what Stripe lists is held object by object', () => {
  const deleted = { id: 'cus_1', object: 'customer', deleted: true }
  const list = (...data: readonly object[]): object => ({ object: 'list', data, has_more: false, url: '/v1/things' })
  expect(objectDiffers(list(deleted))).toEqual([])
  expect(objectDiffers(list(deleted, { ...deleted, nick: 1 }, { object: 'thing' }))).toEqual([
    'customer.nick: is unknown',
    "object: thing is no object of the SDK's",
  ])
})
