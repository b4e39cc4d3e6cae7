import { expect, test } from 'vitest'
import { canonical } from '../../../twins/trace.ts'
import { openOffice, type Row, SHEETS } from './support.ts'

const files = [{ id: 'book', name: 'Book', sheets: [{ title: 'Sheet1', values: [[1, '=A1+1']] }] }]

test('in another world of the same seed everything is there, and new ids are new', async () => {
  const first = openOffice({ files })
  const { data } = await first.robot.drive.files.create({ requestBody: { name: 'a' } })
  const second = openOffice()
  second.twin.restore(first.twin.snapshot())
  const read = await second.raw('GET', `${SHEETS}/book/values/A1:B1`)
  expect(await read.json()).toMatchObject({ values: [['1', '2']] })
  const made = await second.robot.drive.files.create({ requestBody: { name: 'b' } })
  expect(made.data.id).not.toBe(data.id)
  expect((await second.robot.drive.files.list()).data.files).toHaveLength(2)
})

test('tokens, counts and uploads survive', async () => {
  const office = openOffice({ files, quotas: { sheets_per_user: 2 } })
  const read = (): Promise<Response> => office.raw('GET', `${SHEETS}/book/values/A1`)
  const url = 'https://www.googleapis.com/upload/drive/v3/files?uploadType=resumable'
  const begun = await office.raw('POST', url, { name: 'late' })
  expect([(await read()).status, (await read()).status]).toEqual([200, 200])
  office.twin.restore(structuredClone(office.twin.snapshot()))
  expect((await read()).status).toBe(429)
  const done = await office.raw('PUT', begun.headers.get('location') ?? '', 'bytes')
  expect(await done.json()).toMatchObject({ name: 'late' })
})

test('the old state does not change with the new one', async () => {
  const office = openOffice({ files })
  const before = office.twin.snapshot()
  const text = canonical(before)
  await office.raw('PUT', `${SHEETS}/book/values/A1?valueInputOption=RAW`, { values: [['changed']] })
  await office.robot.drive.files.create({ requestBody: { name: 'a' } })
  expect(canonical(before)).toBe(text)
  office.twin.restore(before)
  expect(canonical(office.twin.snapshot())).toBe(text)
})

test.each([
  ['nothing', {}],
  ['another twin’s', { messages: [] }],
  ['a row without its key', 'row'],
])('%s is no snapshot', (_, snapshot) => {
  const office = openOffice()
  const broken = { ...(office.twin.snapshot() as object), files: [{}] }
  expect(() => office.twin.restore(snapshot === 'row' ? (broken as never) : snapshot)).toThrow()
})

test('100,000 files are put away and taken out again in a moment', () => {
  const office = openOffice({ files: [{ id: 'f', name: 'file', content: 'x' }] })
  const one = office.twin.snapshot() as Readonly<Record<string, readonly Row[]>>
  const file = one.files?.find(({ id }) => id === 'f') ?? {}
  const many = Array.from({ length: 100_000 }, (_, at) => ({ ...file, id: `f${at}` }))
  office.twin.restore({ ...one, files: [...(one.files ?? []), ...many] } as never)
  const best = Math.min(
    ...Array.from({ length: 5 }, () => {
      const cpu = process.cpuUsage()
      office.twin.restore(office.twin.snapshot())
      const { user, system } = process.cpuUsage(cpu)
      return (user + system) / 1000
    }),
  )
  // The aim is 100 ms on a quiet machine; here only that it is no matter of seconds.
  expect(best).toBeLessThan(1_000)
  process.stderr.write(`snapshot and restore of 100,000 files: ${best.toFixed(0)} ms of CPU\n`)
}, 60_000)
