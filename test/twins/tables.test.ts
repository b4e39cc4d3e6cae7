import { expect, test } from 'vitest'
import { Table, Tables } from '../../twins/tables.ts'

type Book = { readonly id: string; readonly author: string; readonly shelf: string }
class Library extends Tables {
  readonly books: Table<Book> = new Table(({ author, shelf }) => [author, `on ${shelf}`])
  readonly copies: Table<Book> = new Table<Book>(undefined, ({ id, shelf }) => `${id}/${shelf}`)
  constructor() {
    super('library')
  }
}
const book = (id: string, author: string, shelf = '1'): Book => ({ id, author, shelf })

test('a row is found by what it says now, oldest first, whether the index is there yet or not', () => {
  const { books } = new Library()
  books.put(book('b', 'Ada'))
  books.put(book('a', 'Ada'))
  expect(books.find('Ada').map(({ id }) => id)).toEqual(['b', 'a'])
  books.put(book('b', 'Grace', '2'))
  expect([books.find('Ada'), books.find('Grace'), books.find('on 1')].map((rows) => rows.map(({ id }) => id))).toEqual([
    ['a'],
    ['b'],
    ['a'],
  ])
  expect([books.remove('a'), books.remove('a'), books.find('Ada'), books.size]).toEqual([true, false, [], 1])
})

test('a row may have a key of its own', () => {
  const { copies } = new Library()
  copies.put(book('a', 'Ada', '1'))
  copies.put(book('a', 'Ada', '2'))
  expect([copies.size, copies.get('a'), copies.get('a/2')?.shelf]).toEqual([2, undefined, '2'])
})

test('what is put away comes back under the names of its tables, and is found', () => {
  const [before, after] = [new Library(), new Library()]
  before.books.put(book('a', 'Ada'))
  after.books.put(book('x', 'Xena'))
  expect(after.books.find('Xena')).toHaveLength(1)
  after.restore(before.snapshot())
  expect([after.books.all(), after.books.find('Xena'), after.books.find('Ada')]).toEqual([
    [book('a', 'Ada')],
    [],
    [book('a', 'Ada')],
  ])
})

test.each([
  ['no object', [], 'library: expected a snapshot of tables, got something else.'],
  ['a table that is missing', { books: [] }, 'library: expected a list of copies in the snapshot, got something else.'],
  ['rows without an id', { books: [{}], copies: [] }, 'library: expected rows with an id in books of the snapshot'],
])('%s is no snapshot, and changes nothing', (_, json, message) => {
  const library = new Library()
  library.books.put(book('a', 'Ada'))
  expect(() => library.restore(json as never)).toThrow(message)
  expect(library.books.all()).toEqual([book('a', 'Ada')])
})
