import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { DOCS_MESSAGES } from '../../../twins/google/docs/messages.ts'
import { REQUESTS as DOCS } from '../../../twins/google/docs/requests.ts'
import { DRIVE_MESSAGES } from '../../../twins/google/drive/messages.ts'
import { google } from '../../../twins/google/index.ts'
import { addRoutes } from '../../../twins/google/operations.ts'
import { routePath } from '../../../twins/google/paths.ts'
import { REQUESTS as SHEETS } from '../../../twins/google/sheets/batch.ts'
import { SHEETS_MESSAGES } from '../../../twins/google/sheets/messages.ts'

const read = (api: string, file: string): string =>
  readFileSync(join(dirname(createRequire(import.meta.url).resolve(`@googleapis/${api}`)), file), 'utf8')

const shape = (method: string, path: string): string => `${method} ${path.replaceAll(/\{\w+\}|:\w+/g, '*')}`

/** `METHOD /path` of everything the SDKs can ask for, with verbs as the twin's routes have them. */
function declared(api: string, file: string): readonly string[] {
  const calls = read(api, file).matchAll(/url: \(rootUrl \+\s*'([^']+)'\)(?:(?!rootUrl).)*?method: '(\w+)'/gs)
  return [...calls].map(([, path = '', method = '']) =>
    shape(method, routePath(method, path.replaceAll(/\{(\w+)\}/g, '$1~')).replaceAll(/\w+~(?=\/|$)/g, ':x')),
  )
}

const ALL: ReadonlySet<string> = new Set([
  ...declared('drive', 'v3.js'),
  ...declared('docs', 'v1.js'),
  ...declared('sheets', 'v4.js'),
])
/** Tokens, and bytes: the SDKs reach them in other ways. */
const ELSEWHERE = [/^\w+ \/(token|tokeninfo|revoke|oauth2\/v4\/token)$/, /^\w+ \/upload\/drive\/v[23]\/files/]

function routes(): readonly string[] {
  const found: string[] = []
  const app = {
    on: (_: string, route: string): void => {
      const [method = '', path = ''] = route.split(' ')
      found.push(shape(method, path))
    },
    operationOf: () => undefined,
    fetch: () => Response.error(),
  }
  addRoutes(app, {} as never)
  return found
}

test('every route is one that the SDKs know', () => {
  expect(ALL.size).toBeGreaterThan(60)
  expect(routes().filter((route) => !ALL.has(route) && !ELSEWHERE.some((form) => form.test(route)))).toEqual([])
})

test('no two routes are the same', () => {
  const all = routes()
  expect(all.filter((route, at) => all.indexOf(route) !== at)).toEqual([])
})

test.each([
  ['docs', 'v1.d.ts', DOCS],
  ['sheets', 'v4.d.ts', SHEETS],
])('every request that a batch of %s may hold is done or refused loudly', (api, file, known) => {
  const [, fields = ''] = /interface Schema\$Request \{(.*?)\n {4}\}/s.exec(read(api, file)) ?? []
  const names = [...fields.matchAll(/^ {8}(\w+)\?:/gm)].map(([, name]) => name)
  expect(names.length).toBeGreaterThan(30)
  expect(known.toSorted()).toEqual(names.toSorted())
})

/** Fields and kinds of a message, as its type in the SDK says. */
function fieldsOf(text: string, message: string): readonly string[] {
  const [, body = ''] = new RegExp(`interface Schema\\$${message} \\{(.*?)\\n {4}\\}`, 's').exec(text) ?? []
  return [...body.matchAll(/^ {8}(\w+)\?: (.*?);$/gms)].map(([, name = '', type = '']) => {
    const [, inner] = type.includes('{') ? [] : (/Schema\$(\w+)/.exec(type) ?? [])
    const plain: Readonly<Record<string, string>> = {
      'string | null': '$',
      'number | null': '#',
      'boolean | null': '?',
    }
    return name + (inner === undefined ? (plain[type] ?? '') : `:${inner}`)
  })
}

test.each([
  ['drive', 'v3.d.ts', DRIVE_MESSAGES],
  ['docs', 'v1.d.ts', DOCS_MESSAGES],
  ['sheets', 'v4.d.ts', SHEETS_MESSAGES],
])('messages of %s have the fields that the SDK gives them', (api, file, messages) => {
  const text = read(api, file).replaceAll(/\/\*\*.*?\*\//gs, '')
  // A message that is not listed is not looked into.
  const known = (field: string): string => field.replace(/:(\w+)$/, (kind, name) => (name in messages ? kind : ''))
  for (const [message, fields] of Object.entries(messages)) {
    const own = fields.split(' ').filter((field) => field !== '')
    const skipped = own.map((field) => field.replace(/[:$#?].*/, ''))
    const theirs = fieldsOf(text, message).map(known)
    expect(theirs.map((field) => field.replace(/[:$#?].*/, '')).toSorted(), message).toEqual(skipped.toSorted())
    for (const field of own) if (/[:$#?]/.test(field)) expect(theirs, message).toContain(field)
  }
})

test('operations are many, and each has one name', () => {
  expect(new Set(google.operations).size).toBe(google.operations.length)
  expect(google.operations.length).toBeGreaterThan(60)
})

test.each([
  ['POST', '/v4/spreadsheets/x:batchUpdate', 'spreadsheets.batch_update'],
  ['POST', '/v4/spreadsheets/x/values:batchUpdate', 'values.batch_update'],
  ['GET', '/v4/spreadsheets/x/values:batchGet', 'values.batch_get'],
  ['GET', '/v4/spreadsheets/x/values/A1:B2', 'values.get'],
  ['POST', '/v4/spreadsheets/x/values/A1:B2:append', 'values.append'],
  ['POST', "/v4/spreadsheets/x/values/'a:clear'!A:clear", 'values.clear'],
  ['POST', '/v1/documents/x:batchUpdate', 'documents.batch_update'],
])('%s %s is %s', (method, path, operation) => {
  const twin = google.create({ trace: { record: () => undefined } } as never, {})
  expect(twin.operationOf(method, new URL(`https://sheets.googleapis.com${path}`))).toBe(operation)
})
