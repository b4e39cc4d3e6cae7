import { expect, test } from 'vitest'
import { OTHER_KEY } from './keys.ts'
import { ADA, AUTH, clientsOf, errorOf, openOffice } from './support.ts'

test('a service account signs in, makes a spreadsheet, writes and reads it', async () => {
  const office = openOffice()
  const { sheets } = office.robot
  const made = await sheets.spreadsheets.create({ requestBody: { properties: { title: 'Budget' } } })
  const spreadsheetId = made.data.spreadsheetId ?? ''
  expect(spreadsheetId).toMatch(/^1\w{43}$/)
  const written = await sheets.spreadsheets.values.update({
    spreadsheetId,
    range: 'Sheet1!A1',
    valueInputOption: 'USER_ENTERED',
    requestBody: {
      values: [
        ['1', '2'],
        ['=A1+B1', '50%'],
      ],
    },
  })
  expect(written.data).toMatchObject({ updatedRange: 'Sheet1!A1:B2', updatedCells: 4 })
  const read = await sheets.spreadsheets.values.get({ spreadsheetId, range: 'Sheet1' })
  expect(read.data.values).toEqual([
    ['1', '2'],
    ['3', '50%'],
  ])
  const raw = await sheets.spreadsheets.values.get({
    spreadsheetId,
    range: 'A1:B2',
    valueRenderOption: 'UNFORMATTED_VALUE',
  })
  expect(raw.data.values).toEqual([
    [1, 2],
    [3, 0.5],
  ])
  expect(office.events(/^(oauth|token)/)).toEqual(['oauth.token', 'token.issued'])
})

test('a token is asked for again when it has run out', async () => {
  const office = openOffice()
  await office.robot.drive.files.list()
  await office.pass(3_600_000)
  await office.robot.drive.files.list()
  expect(office.events(/^token/)).toHaveLength(2)
})

test.each([
  ['another key', { key: OTHER_KEY }, 'invalid_grant: Invalid JWT Signature.'],
  [
    'an account nobody knows',
    { email: 'x@y.iam.gserviceaccount.com' },
    'invalid_grant: Invalid grant: account not found',
  ],
  ['a person it may not act for', { subject: 'eve@example.com' }, 'invalid_grant: Invalid email or User ID'],
])('%s opens nothing', async (_, signing, message) => {
  const office = openOffice()
  await expect(clientsOf(office, signing).drive.files.list()).rejects.toThrow(message)
})

test('with delegation a service account acts as the person', async () => {
  const office = openOffice()
  const { drive } = clientsOf(office, { subject: ADA })
  const made = await drive.files.create({ requestBody: { name: 'Notes' }, fields: 'owners(emailAddress,displayName)' })
  expect(made.data.owners).toEqual([{ emailAddress: ADA, displayName: 'Ada Lovelace' }])
})

test('a scope that does not open a method is refused', async () => {
  const office = openOffice()
  const { drive } = clientsOf(office, { scopes: [`${AUTH}drive.readonly`] })
  const { status, error } = await errorOf(drive.files.create({ requestBody: { name: 'x' } }))
  expect([status, error.status]).toEqual([403, 'PERMISSION_DENIED'])
  expect((await drive.files.list()).data.files).toEqual([])
})

test('a file is uploaded, found, read, and deleted', async () => {
  const office = openOffice()
  const { drive } = office.robot
  const made = await drive.files.create({
    requestBody: { name: 'hello.txt' },
    media: { mimeType: 'text/plain', body: 'Hello, wörld' },
    fields: 'id,size,md5Checksum,parents',
  })
  expect(made.data).toMatchObject({ size: '13', parents: [expect.stringMatching(/^0A/)] })
  const fileId = made.data.id ?? ''
  const found = await drive.files.list({ q: "name contains 'hel' and trashed = false", fields: 'files(id,name)' })
  expect(found.data.files).toEqual([{ id: fileId, name: 'hello.txt' }])
  const { data } = await drive.files.get({ fileId, alt: 'media' }, { responseType: 'text' })
  expect(data).toBe('Hello, wörld')
  await drive.files.delete({ fileId })
  const { status, error } = await errorOf(drive.files.get({ fileId }))
  expect(status).toBe(404)
  expect(error).toMatchObject({
    code: 404,
    message: `File not found: ${fileId}.`,
    errors: [{ domain: 'global', reason: 'notFound', location: 'fileId', locationType: 'parameter' }],
  })
})
