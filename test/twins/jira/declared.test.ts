import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { jira, operations } from '../../../twins/jira/index.ts'

const sdk = join(dirname(createRequire(import.meta.url).resolve('jira.js/package.json')), 'dist/cloud/api')
const shape = (method: string, path: string): string => `${method} ${path.replaceAll(/\$\{[^}]+\}|:\w+/g, '*')}`

/** `METHOD /path` of everything the client can ask of version 3. */
const DECLARED: ReadonlySet<string> = new Set(
  readdirSync(sdk)
    .filter((file) => file.endsWith('.js'))
    .flatMap((file) => {
      const calls = readFileSync(join(sdk, file), 'utf8').matchAll(
        /url: ['`](\/rest\/api\/\d[^'`]*)['`],\s*method: '(\w+)'/g,
      )
      return [...calls].map(([, path = '', method = '']) => shape(method, path.replace(/^\/rest\/api\/\d/, '')))
    }),
)
/** What the twin has and the client does not: deprecated lists that others still use, the old search, and administration. */
const ELSEWHERE = [
  'GET /search',
  'POST /search',
  'GET /project',
  'GET /priority',
  'GET /resolution',
  'GET /resolution/search',
  'GET /issuetype/project',
  'GET /field/search',
  'GET /priority/search',
]

test('every route is one that the client knows', () => {
  const routes: string[] = []
  operations((_, route) => {
    const [method = '', path = ''] = route.split(' ')
    if (path.startsWith('/rest/api/')) routes.push(shape(method, path.replace('/rest/api/:version', '')))
  })
  expect(DECLARED.size).toBeGreaterThan(300)
  expect(routes.length).toBeGreaterThan(60)
  expect(routes.filter((route) => !DECLARED.has(route) && !ELSEWHERE.includes(route))).toEqual([])
  expect(DECLARED.has(shape('GET', '/issue/:x/comments'))).toBe(false)
})

test('operations, happenings and events have one name each', () => {
  for (const names of [jira.operations, jira.happenings, jira.events]) expect(new Set(names).size).toBe(names.length)
})
