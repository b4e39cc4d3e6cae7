import { expect, test } from 'vitest'
import { ADA, AUTH, BOB, clientsOf, errorOf, FILES, type Office, openOffice, ROBOT, SHEETS } from './support.ts'

const FOLDER = 'application/vnd.google-apps.folder'
const SHEET = 'application/vnd.google-apps.spreadsheet'
const UPLOAD = 'https://www.googleapis.com/upload/drive/v3/files'
const asBob = { Authorization: 'Bearer ya29.bob' }

const names = async (office: Office, q: string, more: object = {}): Promise<readonly (string | null | undefined)[]> => {
  const { data } = await office.robot.drive.files.list({ q, fields: 'files(name)', ...more })
  return (data.files ?? []).map(({ name }) => name)
}
const make = async (office: Office, name: string, more: object = {}): Promise<string> => {
  const { data } = await office.robot.drive.files.create({ requestBody: { name, ...more } })
  return data.id ?? ''
}

test.each([
  ["name = 'Report.txt'", ['Report.txt']],
  ["name contains 'rep'", ['Report.txt', 'annual report']],
  ["name contains 'port'", []],
  ["name != 'Report.txt' and mimeType != 'application/vnd.google-apps.folder'", ['Ann’s list', 'annual report']],
  ["mimeType = 'application/vnd.google-apps.folder'", ['Folder']],
  ["not name contains 'report' and trashed = false", ['Ann’s list', 'Folder']],
  ["(name = 'Folder' or name = \"Ann’s list\") and 'root' in parents", ['Ann’s list', 'Folder']],
  ["properties has { key='year' and value='2030' }", ['annual report']],
  ["appProperties has { key='seen' and value='yes' }", ['Ann’s list']],
  ["modifiedTime > '2030-01-01T00:00:00'", ['Ann’s list', 'annual report', 'Folder', 'Report.txt']],
  ["createdTime < '2029-01-01'", []],
  ["'me' in owners and starred = true", ['Folder']],
  ["fullText contains 'profit'", ['Report.txt']],
  ['sharedWithMe', null],
])('the query %s finds %j', async (q, found) => {
  const office = openOffice()
  await office.pass(1000)
  await office.robot.drive.files.create({
    requestBody: { name: 'Report.txt' },
    media: { mimeType: 'text/plain', body: 'Profit and loss' },
  })
  await make(office, 'annual report', { properties: { year: '2030' } })
  await make(office, 'Ann’s list', { appProperties: { seen: 'yes' } })
  await make(office, 'Folder', { mimeType: FOLDER, starred: true })
  if (found === null)
    expect((await errorOf(names(office, q))).error).toMatchObject({ code: 400, message: 'Invalid Value' })
  else
    expect((await names(office, q)).toSorted((a = '', b = '') => (String(a) < String(b) ? -1 : 1))).toEqual(
      found.toSorted(),
    )
})

test('a long list comes page by page, in the order that is asked for', async () => {
  const office = openOffice()
  for (const name of ['file 10', 'file 9', 'file 1']) await make(office, name)
  const { drive } = office.robot
  const first = await drive.files.list({ pageSize: 2, orderBy: 'name_natural' })
  expect(first.data.files?.map(({ name }) => name)).toEqual(['file 1', 'file 9'])
  const pageToken = first.data.nextPageToken ?? ''
  const second = await drive.files.list({ pageSize: 2, orderBy: 'name_natural', pageToken })
  expect([second.data.files?.map(({ name }) => name), second.data.nextPageToken]).toEqual([['file 10'], undefined])
  const other = errorOf(drive.files.list({ q: "name = 'x'", pageToken }))
  expect((await other).error).toMatchObject({ code: 400, errors: [{ location: 'pageToken' }] })
})

test('what is not asked for is not sent', async () => {
  const office = openOffice()
  const fileId = await make(office, 'x')
  const { drive } = office.robot
  expect(Object.keys((await drive.files.get({ fileId })).data).sort()).toEqual(['id', 'kind', 'mimeType', 'name'])
  expect((await drive.files.get({ fileId, fields: 'owners/emailAddress,capabilities(canEdit)' })).data).toEqual({
    owners: [{ emailAddress: ROBOT }],
    capabilities: { canEdit: true },
  })
  expect((await errorOf(drive.files.get({ fileId, fields: 'id,' }))).error).toMatchObject({
    message: 'Invalid field selection id,',
    errors: [{ reason: 'invalidParameter' }],
  })
  expect((await errorOf(drive.files.list({ fields: 'files(id,titel)' }))).error).toMatchObject({
    message: 'Invalid field selection titel',
  })
})

test('a shared file is open to whom it is shared with, for what it is shared for', async () => {
  const office = openOffice()
  const fileId = await make(office, 'Plan')
  const { drive } = office.robot
  expect((await office.raw('GET', `${FILES}/${fileId}`, undefined, asBob)).status).toBe(404)
  const given = await drive.permissions.create({
    fileId,
    requestBody: { type: 'user', role: 'reader', emailAddress: BOB },
    fields: '*',
  })
  expect(given.data).toMatchObject({ kind: 'drive#permission', role: 'reader', emailAddress: BOB, displayName: 'Bob' })
  expect((await office.raw('GET', `${FILES}/${fileId}`, undefined, asBob)).status).toBe(200)
  const refused = await office.raw('PATCH', `${FILES}/${fileId}`, { name: 'Mine' }, asBob)
  expect([refused.status, await refused.json()]).toMatchObject([
    403,
    { error: { errors: [{ reason: 'insufficientFilePermissions' }] } },
  ])
  const permissionId = given.data.id ?? ''
  await drive.permissions.update({ fileId, permissionId, requestBody: { role: 'writer' } })
  expect((await office.raw('PATCH', `${FILES}/${fileId}`, { name: 'Ours' }, asBob)).status).toBe(200)
  expect((await office.raw('DELETE', `${FILES}/${fileId}`, undefined, asBob)).status).toBe(403)
  await drive.permissions.delete({ fileId, permissionId })
  expect((await office.raw('GET', `${FILES}/${fileId}`, undefined, asBob)).status).toBe(404)
})

test('a folder shares what is in it, and access that is lent ends', async () => {
  const office = openOffice()
  const folder = await make(office, 'Folder', { mimeType: FOLDER })
  const inside = await make(office, 'inside', { parents: [folder] })
  const expirationTime = new Date(office.world.clock.now() + 60_000).toISOString()
  await office.robot.drive.permissions.create({
    fileId: folder,
    requestBody: { type: 'user', role: 'reader', emailAddress: BOB, expirationTime },
  })
  expect((await office.raw('GET', `${FILES}/${inside}`, undefined, asBob)).status).toBe(200)
  await office.pass(60_000)
  expect((await office.raw('GET', `${FILES}/${inside}`, undefined, asBob)).status).toBe(404)
})

test('with a link a file is opened by its id and not listed', async () => {
  const office = openOffice()
  const fileId = await make(office, 'Open')
  await office.robot.drive.permissions.create({ fileId, requestBody: { type: 'anyone', role: 'reader' } })
  expect((await office.raw('GET', `${FILES}/${fileId}`, undefined, asBob)).status).toBe(200)
  expect(await (await office.raw('GET', FILES, undefined, asBob)).json()).toMatchObject({ files: [] })
})

test('ownership is handed over on purpose only', async () => {
  const office = openOffice()
  const { drive } = clientsOf(office, { subject: ADA })
  const { data } = await drive.files.create({ requestBody: { name: 'Deed' } })
  const fileId = data.id ?? ''
  const requestBody = { type: 'user', role: 'owner', emailAddress: BOB }
  expect((await errorOf(drive.permissions.create({ fileId, requestBody }))).status).toBe(403)
  await drive.permissions.create({ fileId, requestBody, transferOwnership: true })
  const { data: file } = await drive.files.get({
    fileId,
    fields: 'ownedByMe,owners(emailAddress),capabilities(canEdit)',
  })
  expect(file).toEqual({ ownedByMe: false, owners: [{ emailAddress: BOB }], capabilities: { canEdit: true } })
})

test('trash takes along what is in it, is undone, and is emptied after 30 days', async () => {
  const office = openOffice()
  const folder = await make(office, 'Folder', { mimeType: FOLDER })
  await make(office, 'inside', { parents: [folder] })
  const { drive } = office.robot
  await drive.files.update({ fileId: folder, requestBody: { trashed: true } })
  expect(await names(office, 'trashed = false')).toEqual([])
  await drive.files.update({ fileId: folder, requestBody: { trashed: false } })
  expect((await names(office, 'trashed = false')).toSorted()).toEqual(['Folder', 'inside'])
  await drive.files.update({ fileId: folder, requestBody: { trashed: true } })
  office.twin.restore(structuredClone(office.twin.snapshot()))
  await office.pass(29 * 86_400_000)
  expect(office.rows('files').filter(({ trashed }) => trashed === true)).toHaveLength(2)
  await office.pass(86_400_000)
  expect(office.rows('files').filter(({ trashed }) => trashed === true)).toHaveLength(0)
  expect(office.events(/^file.deleted/)).toHaveLength(2)
})

test('only who owns a file puts it into the trash, and who may not changes nothing', async () => {
  const office = openOffice({
    files: [{ id: 'f', name: 'f.txt', content: 'x', shared: [{ email: BOB, role: 'writer' }] }],
  })
  const before = office.rows('files').find(({ id }) => id === 'f')
  const refused = await office.raw('PATCH', `${FILES}/f`, { trashed: true, name: 'gone' }, asBob)
  expect(refused.status).toBe(403)
  expect(office.rows('files').find(({ id }) => id === 'f')).toEqual(before)
})

test('a file moves to one other folder, and never into itself', async () => {
  const office = openOffice()
  const { drive } = office.robot
  const [a, b] = [await make(office, 'A', { mimeType: FOLDER }), await make(office, 'B', { mimeType: FOLDER })]
  const moved = await drive.files.update({ fileId: b, addParents: a, fields: 'parents' })
  expect(moved.data.parents).toEqual([a])
  expect((await errorOf(drive.files.update({ fileId: a, addParents: b }))).status).toBe(403)
  expect((await errorOf(drive.files.update({ fileId: b, requestBody: { parents: ['root'] } }))).error).toMatchObject({
    errors: [{ reason: 'fieldNotWritable' }],
  })
})

test('a resumable upload goes on where it stopped', async () => {
  const office = openOffice()
  const bytes = 'x'.repeat(256 * 1024 + 10)
  const begun = await office.raw(
    'POST',
    `${UPLOAD}?uploadType=resumable&fields=id,size,name`,
    { name: 'big.bin' },
    { 'X-Upload-Content-Type': 'text/plain' },
  )
  const url = begun.headers.get('location') ?? ''
  const piece = (from: number, to: number): Promise<Response> =>
    office.raw('PUT', url, bytes.slice(from, to), { 'Content-Range': `bytes ${from}-${to - 1}/${bytes.length}` })
  const first = await piece(0, 256 * 1024)
  expect([first.status, first.headers.get('range')]).toEqual([308, `bytes=0-${256 * 1024 - 1}`])
  const asked = await office.raw('PUT', url, '', { 'Content-Range': `bytes */${bytes.length}` })
  expect([asked.status, asked.headers.get('range')]).toEqual([308, `bytes=0-${256 * 1024 - 1}`])
  expect((await piece(256 * 1024 + 5, bytes.length)).status).toBe(400)
  const last = await piece(256 * 1024, bytes.length)
  expect([last.status, await last.json()]).toMatchObject([200, { name: 'big.bin', size: String(bytes.length) }])
  expect((await office.raw('PUT', url, 'x')).status).toBe(404)
})

test('parts of a file are read, and its older revisions', async () => {
  const office = openOffice()
  const { drive } = office.robot
  const { data } = await drive.files.create({
    requestBody: { name: 'log' },
    media: { mimeType: 'text/plain', body: 'first' },
  })
  const fileId = data.id ?? ''
  await drive.files.update({ fileId, media: { mimeType: 'text/plain', body: 'second' } })
  const part = await drive.files.get(
    { fileId, alt: 'media' },
    { headers: { Range: 'bytes=1-3' }, responseType: 'text' },
  )
  expect([part.status, part.data]).toEqual([206, 'eco'])
  const { data: list } = await drive.revisions.list({ fileId })
  const [old] = list.revisions ?? []
  const read = await drive.revisions.get({ fileId, revisionId: old?.id ?? '', alt: 'media' }, { responseType: 'text' })
  expect([list.revisions?.length, read.data]).toEqual([2, 'first'])
})

test('bytes alone make a file of their type', async () => {
  const office = openOffice()
  const made = await office.raw('POST', `${UPLOAD}?uploadType=media&fields=name,mimeType,size`, 'abc', {
    'Content-Type': 'text/plain; charset=UTF-8',
  })
  expect(await made.json()).toEqual({ name: 'Untitled', mimeType: 'text/plain', size: '3' })
})

test('an id that was asked for makes one file, however often it is sent', async () => {
  const office = openOffice()
  const { drive } = office.robot
  const [id = ''] = (await drive.files.generateIds({ count: 1 })).data.ids ?? []
  const create = (): Promise<unknown> => drive.files.create({ requestBody: { id, name: 'once' } })
  await create()
  expect(await errorOf(create())).toMatchObject({ status: 409, error: { errors: [{ reason: 'fileIdInUse' }] } })
})

test('CSV becomes a spreadsheet, and a spreadsheet CSV', async () => {
  const office = openOffice()
  const { drive } = office.robot
  const { data } = await drive.files.create({
    requestBody: { name: 'Import', mimeType: SHEET },
    media: { mimeType: 'text/csv', body: 'a,"b, c"\n1,=A2+1\n' },
  })
  const { data: csv } = await drive.files.export(
    { fileId: data.id ?? '', mimeType: 'text/csv' },
    { responseType: 'text' },
  )
  expect(csv).toBe('a,"b, c"\r\n1,2')
})

test('storage that is full takes no more', async () => {
  const office = openOffice()
  office.twin.happen('storage.limited', { email: ROBOT, storage_limit: 4 })
  const { drive } = office.robot
  const upload = (body: string): Promise<unknown> => drive.files.create({ media: { mimeType: 'text/plain', body } })
  await upload('1234')
  expect(await errorOf(upload('5'))).toMatchObject({
    status: 403,
    error: { errors: [{ reason: 'storageQuotaExceeded' }] },
  })
  expect((await drive.about.get({ fields: 'storageQuota(limit,usage)' })).data.storageQuota).toEqual({
    limit: '4',
    usage: '4',
  })
})

test('too many requests in a minute are a 403 that says so', async () => {
  const office = openOffice({ quotas: { drive_per_user: 250 } })
  await names(office, 'trashed = false')
  await names(office, 'trashed = false')
  const act = office.robot.drive.files.list({}, { retry: false })
  expect(await errorOf(act)).toMatchObject({
    status: 403,
    error: { errors: [{ domain: 'usageLimits', reason: 'userRateLimitExceeded' }] },
  })
})

test('an app that is let in to its own files sees no others', async () => {
  const office = openOffice({ files: [{ id: 'hers', name: 'hers.txt', content: 'x', owner: ROBOT }] })
  const { drive } = clientsOf(office, { scopes: [`${AUTH}drive.file`] })
  expect((await errorOf(drive.files.get({ fileId: 'hers' }))).status).toBe(404)
  const { data } = await drive.files.create({ requestBody: { name: 'its own' } })
  expect((await drive.files.list()).data.files).toMatchObject([{ id: data.id }])
})

test('shared drives are there for those who ask for them', async () => {
  const office = openOffice({
    drives: [{ id: '0Ateam', name: 'Team', members: [{ email: ROBOT, role: 'organizer' }] }],
  })
  const { drive } = office.robot
  const { data } = await drive.files.create({
    requestBody: { name: 'Doc', parents: ['0Ateam'] },
    supportsAllDrives: true,
    fields: 'id,driveId,owners',
  })
  expect(data).toMatchObject({ driveId: '0Ateam' })
  const fileId = data.id ?? ''
  expect((await errorOf(drive.files.get({ fileId }))).status).toBe(404)
  expect((await drive.files.get({ fileId, supportsAllDrives: true })).status).toBe(200)
  expect(await names(office, 'trashed = false')).toEqual([])
  const all = { supportsAllDrives: true, includeItemsFromAllDrives: true, corpora: 'drive', driveId: '0Ateam' }
  expect(await names(office, 'trashed = false', all)).toEqual(['Doc'])
  expect((await drive.drives.list()).data.drives).toMatchObject([{ name: 'Team' }])
  expect((await errorOf(drive.drives.delete({ driveId: '0Ateam' }))).status).toBe(403)
})

test('comments are answered and resolved', async () => {
  const office = openOffice()
  const fileId = await make(office, 'Draft')
  const { drive } = office.robot
  expect((await errorOf(drive.comments.list({ fileId }))).error).toMatchObject({
    message: "The 'fields' parameter is required for this method.",
  })
  const { data } = await drive.comments.create({ fileId, requestBody: { content: '1 < 2?' }, fields: '*' })
  expect(data).toMatchObject({ kind: 'drive#comment', htmlContent: '1 &lt; 2?', author: { me: true }, replies: [] })
  const commentId = data.id ?? ''
  await drive.replies.create({ fileId, commentId, requestBody: { action: 'resolve', content: 'Yes' }, fields: 'id' })
  const { data: seen } = await drive.comments.get({ fileId, commentId, fields: 'resolved,replies(content,action)' })
  expect(seen).toEqual({ resolved: true, replies: [{ content: 'Yes', action: 'resolve' }] })
  await drive.comments.delete({ fileId, commentId })
  expect((await drive.comments.list({ fileId, fields: 'comments(id)' })).data.comments).toEqual([])
})

test('CSV that is sent to a spreadsheet, even by the old version, takes the place of all that was in it', async () => {
  const { raw, robot } = openOffice()
  const made = await raw('POST', SHEETS, { properties: { title: 'Book' }, sheets: [{ properties: { title: 'Old' } }] })
  const { spreadsheetId } = (await made.json()) as { spreadsheetId: string }
  const path = `/upload/drive/v2/files/${spreadsheetId}?uploadType=media&convert=true&supportsAllDrives=True`
  const sent = await raw('PUT', `https://www.googleapis.com${path}`, 'a,b\n1,"x,y"\n', { 'Content-Type': 'text/csv' })
  expect([sent.status, await sent.json()]).toMatchObject([
    200,
    { kind: 'drive#file', id: spreadsheetId, title: 'Book' },
  ])
  const values = await raw('GET', `${SHEETS}/${spreadsheetId}/values/A1:B9`)
  expect(await values.json()).toMatchObject({
    values: [
      ['a', 'b'],
      ['1', 'x,y'],
    ],
  })
  const elsewhere = 'https://www.googleapis.com/drive/v2/files'
  await expect(raw('GET', elsewhere)).rejects.toThrow('does not model other hosts and versions')
  await expect(robot.drive.files.get({ fileId: spreadsheetId })).rejects.toMatchObject({ status: 404 })
})
