import { expect, test } from 'vitest'
import { google } from '../../../twins/google/index.ts'
import type { Delivery } from '../../../twins/world.ts'
import { ADA, BOB, errorOf, FILES, type Office, openOffice } from './support.ts'

const HOOK = 'https://shop.test/drive'
const channel = { id: 'channel-1', type: 'web_hook', address: HOOK, token: 'secret' }
const header = ({ headers }: Delivery, name: string): string | undefined => headers.find(([key]) => key === name)?.[1]
const states = ({ deliveries }: Office): readonly string[] =>
  deliveries.map(
    (one) =>
      `${header(one, 'X-Goog-Message-Number')} ${header(one, 'X-Goog-Resource-State')} ${header(one, 'X-Goog-Changed') ?? '-'}`,
  )

test('changes are told in their order, each file once, to those who see it', async () => {
  const office = openOffice()
  const { drive } = office.robot
  const from = (await drive.changes.getStartPageToken()).data.startPageToken ?? ''
  const [a, b] = [
    await drive.files.create({ requestBody: { name: 'a' } }),
    await drive.files.create({ requestBody: { name: 'b' } }),
  ]
  await drive.files.update({ fileId: a.data.id ?? '', requestBody: { name: 'a2' } })
  await drive.files.delete({ fileId: b.data.id ?? '' })
  await office.raw('POST', FILES, { name: 'ada’s' })
  const { data } = await drive.changes.list({ pageToken: from })
  expect(data.changes?.map(({ fileId, removed, file }) => [fileId, removed, file?.name])).toEqual([
    [a.data.id, false, 'a2'],
    [b.data.id, true, undefined],
  ])
  const next = data.newStartPageToken ?? ''
  expect((await drive.changes.list({ pageToken: next })).data.changes).toEqual([])
  expect((await errorOf(drive.changes.list({ pageToken: '99999' }))).error).toMatchObject({ message: 'Invalid Value' })
})

test('a channel is told of each change, with its token and without a body', async () => {
  const office = openOffice()
  const { drive } = office.robot
  const { data } = await drive.changes.watch({ pageToken: '1', requestBody: channel })
  expect(data).toMatchObject({ kind: 'api#channel', id: 'channel-1', token: 'secret' })
  await drive.files.create({ requestBody: { name: 'a' } })
  await office.world.clock.advance(100)
  expect(states(office)).toEqual(['1 sync -', '2 change -'])
  const [first] = office.deliveries
  expect(first).toMatchObject({ url: HOOK, method: 'POST', body: '' })
  if (first === undefined) throw new Error('expected a delivery')
  expect(header(first, 'X-Goog-Channel-Token')).toBe('secret')
  expect(header(first, 'X-Goog-Resource-ID')).toBe(data.resourceId)
  await drive.channels.stop({ requestBody: { id: data.id ?? '', resourceId: data.resourceId ?? '' } })
  await drive.files.create({ requestBody: { name: 'b' } })
  await office.world.clock.advance(100)
  expect(office.deliveries).toHaveLength(2)
})

test('a channel of a file hears what became of it, until it expires', async () => {
  const office = openOffice()
  const { drive } = office.robot
  const fileId = (await drive.files.create({ requestBody: { name: 'a' } })).data.id ?? ''
  await drive.files.watch({ fileId, requestBody: channel })
  await drive.files.update({ fileId, requestBody: { name: 'b' } })
  office.twin.happen('file.shared', { file: fileId, email: BOB, role: 'reader' })
  await drive.files.update({ fileId, requestBody: { trashed: true } })
  await office.world.clock.advance(100)
  expect(states(office)).toEqual(['1 sync -', '2 update properties', '3 update permissions', '4 trash -'])
  await office.pass(3_600_000)
  await drive.files.update({ fileId, requestBody: { trashed: false } })
  await office.world.clock.advance(100)
  expect(office.deliveries).toHaveLength(4)
})

test('one channel, one id; and only over HTTPS', async () => {
  const office = openOffice()
  const { drive } = office.robot
  await drive.changes.watch({ pageToken: '1', requestBody: channel })
  const watch = (requestBody: object): Promise<unknown> => drive.changes.watch({ pageToken: '1', requestBody })
  expect((await errorOf(watch(channel))).error).toMatchObject({ errors: [{ reason: 'channelIdNotUnique' }] })
  const open = { ...channel, id: 'channel-2', address: 'http://shop.test/drive' }
  expect((await errorOf(watch(open))).error).toMatchObject({ errors: [{ reason: 'push.webhookUrlNotHttps' }] })
})

test('a server that fails is asked again, five times; one that refuses is not', async () => {
  const office = openOffice()
  office.listener = () => ({ kind: 'answer', status: 503, body: '' })
  await office.robot.drive.changes.watch({ pageToken: '1', requestBody: channel })
  await office.world.clock.advance(3_500)
  expect(office.deliveries).toHaveLength(3)
  await office.world.clock.advance(60_000)
  expect(office.deliveries).toHaveLength(6)
  expect(office.rows('notifications')).toMatchObject([{ status: 'lost', attempts: 6 }])
  office.listener = () => ({ kind: 'answer', status: 404, body: '' })
  office.twin.happen('file.edited', { file: await make(office), name: 'z' })
  await office.world.clock.advance(60_000)
  expect(office.deliveries).toHaveLength(8)
})
const make = async (office: Office): Promise<string> =>
  (await office.robot.drive.files.create({ requestBody: { name: 'y' } })).data.id ?? ''

test('what was still to be told is told after a restore as well, and once', async () => {
  const office = openOffice()
  office.listener = () => ({ kind: 'answer', status: 500, body: '' })
  await office.robot.drive.changes.watch({ pageToken: '1', requestBody: channel })
  await office.world.clock.advance(1_500)
  expect(office.deliveries).toHaveLength(2)
  office.listener = () => ({ kind: 'answer', status: 200, body: '' })
  office.twin.restore(structuredClone(office.twin.snapshot()))
  await office.world.clock.advance(60_000)
  expect(office.deliveries.map(({ id }) => id)).toEqual(['channel-1#1~1', 'channel-1#1~2', 'channel-1#1~3'])
  expect(office.rows('notifications')).toMatchObject([{ status: 'taken', attempts: 3 }])
})

test('what people do in a browser is seen by programs', async () => {
  const office = openOffice({
    files: [
      { id: 'book', name: 'Book', sheets: [{ title: 'Sheet1', values: [[1]] }], owner: ADA },
      { id: 'note', name: 'note.txt', content: 'old', owner: ADA },
    ],
  })
  office.twin.happen('cells.edited', { spreadsheet: 'book', range: 'B1', values: [['=A1+1']] })
  const values = await office.raw('GET', 'https://sheets.googleapis.com/v4/spreadsheets/book/values/A1:B1')
  expect(await values.json()).toMatchObject({ values: [['1', '2']] })
  office.twin.happen('file.edited', { file: 'note', content: 'new', by: BOB })
  expect(await (await office.raw('GET', `${FILES}/note?alt=media`)).text()).toBe('new')
  const bob = async (): Promise<number> =>
    (await office.raw('GET', `${FILES}/note`, undefined, { Authorization: 'Bearer ya29.bob' })).status
  office.twin.happen('file.shared', { file: 'note', email: BOB, role: 'reader' })
  expect(await bob()).toBe(200)
  office.twin.happen('file.unshared', { file: 'note', email: BOB })
  expect(await bob()).toBe(404)
  expect(() => office.twin.happen('file.unshared', { file: 'note', email: ADA })).toThrow(/owner/)
  office.twin.happen('file.removed', { file: 'book' })
  expect((await office.raw('GET', `${FILES}/book`)).status).toBe(404)
  office.twin.happen('key.deleted', { email: 'robot@shop.iam.gserviceaccount.com' })
  await expect(office.robot.drive.files.list()).rejects.toThrow('invalid_grant')
})

test('what is said of a happening is known before it happens', () => {
  const fields = google.happeningFields ?? {}
  expect(Object.keys(fields)).toEqual(google.happenings)
  expect(fields['file.shared']?.safeParse({ file: 'book', email: BOB, role: 'owner' }).success).toBe(false)
  expect(fields['file.shared']?.safeParse({ file: 'book', email: BOB, role: 'reader' }).success).toBe(true)
})
