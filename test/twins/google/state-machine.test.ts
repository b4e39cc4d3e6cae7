import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BOB, FILES, type Office, openOffice, SHEETS, TOKEN } from './support.ts'

// Random acts against a small model: the twin and the model must agree on cells and on who sees them, whatever the order.

type Cell = string
type Book = { rows: Cell[][]; shared: boolean; trashed: boolean }
type Model = { readonly books: Map<string, Book> }
type Real = { readonly office: Office; readonly ids: string[] }
type Command = fc.AsyncCommand<Model, Real>

const QUOTAS = { sheets_per_user: 100_000, sheets_per_project: 100_000 }

class Make implements Command {
  /** The vendor fails; nothing must have happened. */
  readonly fault: boolean
  constructor(fault: boolean) {
    this.fault = fault
  }
  check = (): boolean => true
  async run({ books }: Model, { office, ids }: Real): Promise<void> {
    if (this.fault) office.world.faults.add({ on: 'google.files.create', kind: 'status', status: 503, times: 1 })
    const answer = await office.raw('POST', FILES, {
      name: 'Book',
      mimeType: 'application/vnd.google-apps.spreadsheet',
    })
    expect(answer.status).toBe(this.fault ? 503 : 200)
    if (this.fault) return
    const { id } = (await answer.json()) as { id: string }
    expect(books.has(id)).toBe(false)
    books.set(id, { rows: [], shared: false, trashed: false })
    ids.push(id)
  }
  toString = (): string => `make${this.fault ? ' (503)' : ''}`
}

/** Runs `act` on one of the books there are. */
class OnBook implements Command {
  readonly name: string
  readonly pick: number
  readonly act: (office: Office, id: string, book: Book, model: Model) => Promise<void>
  constructor(name: string, pick: number, act: OnBook['act']) {
    this.name = name
    this.pick = pick
    this.act = act
  }
  check = ({ books }: Readonly<Model>): boolean => books.size > 0
  async run(model: Model, { office, ids }: Real): Promise<void> {
    const left = ids.filter((one) => model.books.has(one))
    const id = left[this.pick % left.length] ?? ''
    const book = model.books.get(id)
    if (book === undefined) throw new Error('expected a book of the model')
    await this.act(office, id, book, model)
  }
  toString = (): string => `${this.name} on ${this.pick}`
}

/** Everything is put away and taken out again: nothing may be lost. */
class Restore implements Command {
  check = (): boolean => true
  async run(_: Model, { office }: Real): Promise<void> {
    office.twin.restore(structuredClone(office.twin.snapshot()))
  }
  toString = (): string => 'restore'
}

const trimmed = (rows: readonly (readonly Cell[])[]): Cell[][] => {
  const lines = rows.map((row) => row.slice(0, row.findLastIndex((cell) => cell !== '') + 1))
  return lines.slice(0, lines.findLastIndex((line) => line.length > 0) + 1)
}
const put = (rows: Cell[][], row: number, column: number, value: Cell): void => {
  while (rows.length <= row) rows.push([])
  const cells = rows[row] ?? []
  while (cells.length <= column) cells.push('')
  cells[column] = value
}
const ok = async (answer: Promise<Response>): Promise<void> => expect((await answer).status).toBe(200)

const write = (pick: number, row: number, column: number, value: Cell): Command =>
  new OnBook(`write ${value} to ${row},${column}`, pick, async (office, id, { rows }) => {
    const cell = `${'ABCD'[column]}${row + 1}`
    await ok(office.raw('PUT', `${SHEETS}/${id}/values/${cell}?valueInputOption=RAW`, { values: [[value]] }))
    put(rows, row, column, value)
  })
const rowsOf = (startIndex: number): object => ({ sheetId: 0, dimension: 'ROWS', startIndex, endIndex: startIndex + 1 })
const insert = (pick: number, at: number): Command =>
  new OnBook(`insert a row at ${at}`, pick, async (office, id, { rows }) => {
    await ok(
      office.raw('POST', `${SHEETS}/${id}:batchUpdate`, {
        requests: [{ insertDimension: { range: rowsOf(at) } }] as never,
      }),
    )
    if (at < rows.length) rows.splice(at, 0, [])
  })
const drop = (pick: number, at: number): Command =>
  new OnBook(`delete row ${at}`, pick, async (office, id, { rows }) => {
    await ok(
      office.raw('POST', `${SHEETS}/${id}:batchUpdate`, {
        requests: [{ deleteDimension: { range: rowsOf(at) } }] as never,
      }),
    )
    rows.splice(at, 1)
  })
const append = (pick: number, value: Cell): Command =>
  new OnBook(`append ${value}`, pick, async (office, id, { rows }) => {
    const before = trimmed(rows)
    const answer = await office.raw('POST', `${SHEETS}/${id}/values/A:A:append?valueInputOption=RAW`, {
      values: [[value]],
    })
    const { updates } = (await answer.json()) as { updates: { updatedRange: string } }
    const at = Number(/(\d+)$/.exec(updates.updatedRange)?.[1]) - 1
    // Behind the last table that has a cell in the column; where exactly, the unit tests say.
    expect(at).toBeGreaterThan(before.findLastIndex((row) => (row[0] ?? '') !== ''))
    put(rows, at, 0, value)
  })
const failing = (pick: number): Command =>
  new OnBook('a batch that fails', pick, async (office, id) => {
    const requests = [{ deleteDimension: { range: rowsOf(0) } }, { deleteSheet: { sheetId: 5 } }]
    expect((await office.raw('POST', `${SHEETS}/${id}:batchUpdate`, { requests: requests as never })).status).toBe(400)
  })
const share = (pick: number): Command =>
  new OnBook('share', pick, async (office, id, book) => {
    await ok(office.raw('POST', `${FILES}/${id}/permissions`, { type: 'user', role: 'reader', emailAddress: BOB }))
    book.shared = true
  })
const trash = (pick: number, into: boolean): Command =>
  new OnBook(into ? 'trash' : 'untrash', pick, async (office, id, book) => {
    await ok(office.raw('PATCH', `${FILES}/${id}`, { trashed: into }))
    book.trashed = into
  })
const remove = (pick: number): Command =>
  new OnBook('delete', pick, async (office, id, _, { books }) => {
    expect((await office.raw('DELETE', `${FILES}/${id}`)).status).toBe(204)
    books.delete(id)
    expect((await office.raw('GET', `${SHEETS}/${id}`)).status).toBe(404)
  })

const pick = fc.nat(20)
const small = fc.nat(3)
const commands = fc.commands(
  [
    fc.boolean().map((fault) => new Make(fault)),
    fc.tuple(pick, small, small, fc.constantFrom('a', 'b', '')).map((args) => write(...args)),
    fc.tuple(pick, fc.nat(4)).map((args) => insert(...args)),
    fc.tuple(pick, fc.nat(4)).map((args) => drop(...args)),
    fc.tuple(pick, fc.constantFrom('x', 'y')).map((args) => append(...args)),
    pick.map(failing),
    pick.map(share),
    fc.tuple(pick, fc.boolean()).map((args) => trash(...args)),
    pick.map(remove),
    fc.constant(new Restore()),
  ],
  { maxCommands: 30 },
)

test('whatever is done in whatever order, the twin and a small model agree', async () => {
  await fc.assert(
    fc.asyncProperty(commands, async (acts) => {
      const model: Model = { books: new Map() }
      const office = openOffice({ quotas: QUOTAS })
      await fc.asyncModelRun(() => ({ model, real: { office, ids: [] } }), acts)
      for (const [id, { rows, shared, trashed }] of model.books) {
        const read = await office.raw('GET', `${SHEETS}/${id}/values/Sheet1`)
        const { values = [] } = (await read.json()) as { values?: Cell[][] }
        expect(values).toEqual(trimmed(rows))
        const bob = await office.raw('GET', `${SHEETS}/${id}`, undefined, { Authorization: 'Bearer ya29.bob' })
        expect(bob.status).toBe(shared ? 200 : 403)
        const file = await office.raw('GET', `${FILES}/${id}?fields=trashed`)
        expect(await file.json()).toEqual({ trashed })
      }
      const list = await office.raw('GET', `${FILES}?fields=files(id)`, undefined, { Authorization: `Bearer ${TOKEN}` })
      const { files } = (await list.json()) as { files: { id: string }[] }
      expect(files.map(({ id }) => id).toSorted()).toEqual([...model.books.keys()].toSorted())
    }),
    { numRuns: 25, seed: 7, endOnFailure: true },
  )
}, 60_000)
