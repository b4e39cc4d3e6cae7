import { docs as docsApi } from '@googleapis/docs'
import { drive as driveApi } from '@googleapis/drive'
import { sheets as sheetsApi } from '@googleapis/sheets'
import { JWT } from 'google-auth-library'
import { env } from './env.ts'
import type { Person } from './okta.ts'

const SCOPES = ['drive', 'documents', 'spreadsheets'].map((scope) => `https://www.googleapis.com/auth/${scope}`)
const auth = new JWT({ email: env.GOOGLE_EMAIL, key: env.GOOGLE_KEY, scopes: SCOPES })
const options = { auth, retry: false, timeout: 120_000 }
const drive = driveApi({ version: 'v3', ...options })
// Its types stand on an older google-auth-library than its siblings'.
const docs = docsApi({ version: 'v1', ...options, auth: auth as never })
const sheets = sheetsApi({ version: 'v4', ...options })

/** The welcome document of a person, by the mark that it was made with; undefined when there is none. */
export async function findWelcome(login: string): Promise<string | undefined> {
  const mark = login.replaceAll(/[\\']/g, '\\$&')
  const { data } = await drive.files.list({
    q: `appProperties has { key='onboarding' and value='${mark}' } and trashed = false`,
    fields: 'files(id)',
  })
  return data.files?.[0]?.id ?? undefined
}

/** Makes the welcome document out of the template, unless there is one. Gives its id. */
export async function writeWelcome({ login, name, start }: Person): Promise<string> {
  const id = (await findWelcome(login)) ?? (await copyTemplate(login, name))
  const replace = (what: string, by: string) => ({
    replaceAllText: { containsText: { text: `{{${what}}}`, matchCase: true }, replaceText: by },
  })
  await docs.documents.batchUpdate({
    documentId: id,
    requestBody: { requests: [replace('name', name), replace('start', start)] },
  })
  return id
}

async function copyTemplate(login: string, name: string): Promise<string> {
  const { data } = await drive.files.copy({
    fileId: env.WELCOME_TEMPLATE,
    fields: 'id',
    requestBody: { name: `Welcome, ${name}`, parents: [env.PEOPLE_FOLDER], appProperties: { onboarding: login } },
  })
  return data.id ?? ''
}

const readersOf = async (fileId: string) =>
  (await drive.permissions.list({ fileId, fields: 'permissions(id,emailAddress)' })).data.permissions ?? []

/** Lets the person and the manager read the document. */
export async function shareWelcome(fileId: string, { login, manager }: Person): Promise<void> {
  const known = await readersOf(fileId)
  for (const emailAddress of manager === undefined ? [login] : [login, manager]) {
    if (known.some((one) => one.emailAddress === emailAddress)) continue
    await drive.permissions.create({
      fileId,
      sendNotificationEmail: false,
      requestBody: { type: 'user', role: 'reader', emailAddress },
    })
  }
}

/** Ends the person's access to the document; the manager keeps theirs. */
export async function unshareWelcome(login: string): Promise<void> {
  const fileId = await findWelcome(login)
  if (fileId === undefined) return
  for (const { id, emailAddress } of await readersOf(fileId))
    if (emailAddress === login && id) await drive.permissions.delete({ fileId, permissionId: id })
}

export const linkTo = (id: string): string => `https://docs.google.com/document/d/${id}/edit`

/** Writes the person's row of the tracker, unless it is there: login, start and document, nothing else. */
export async function track({ login, start }: Person, document: string): Promise<void> {
  const { data } = await sheets.spreadsheets.values.get({ spreadsheetId: env.TRACKER, range: 'People!A:A' })
  if (data.values?.some(([cell]) => cell === login)) return
  await sheets.spreadsheets.values.append({
    spreadsheetId: env.TRACKER,
    range: 'People!A1',
    valueInputOption: 'RAW',
    insertDataOption: 'INSERT_ROWS',
    requestBody: { values: [[login, start, document]] },
  })
}
