import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { okta } from '../../../twins/okta/index.ts'
import { addRoutes } from '../../../twins/okta/operations.ts'

const APIS = join(dirname(createRequire(import.meta.url).resolve('@okta/okta-sdk-nodejs')), 'generated', 'apis')
const shape = (method: string, path: string): string => `${method} ${path.replaceAll(/\{\w+\}|:\w+/g, '*')}`

/** `METHOD /path` of everything the SDK can ask for. */
const DECLARED: ReadonlySet<string> = new Set(
  readdirSync(APIS)
    .filter((file) => file.endsWith('.js'))
    .flatMap((file) => {
      const text = readFileSync(join(APIS, file), 'utf8')
      const calls = text.matchAll(/const path = '([^']+)';(?:(?!const path).)*?HttpMethodEnum\.(\w+)/gs)
      return [...calls].map(([, path = '', method = '']) => shape(method, path))
    }),
)

/** What the twin has and the management SDK does not: OpenID Connect, sign-in, and what consoles and other SDKs use. */
const ELSEWHERE = [
  /^\w+ \/oauth2\//,
  /^GET \/\.well-known\/(openid-configuration|oauth-authorization-server)$/,
  /^POST \/api\/v1\/authn(\/|$)/,
  /^POST \/login\/login\.htm$/,
  /^DELETE \/api\/v1\/users\/\*\/factors\/\*\/transactions\/\*$/,
  /^\w+ \/api\/(v1\/)?internal\//,
  /^\w+ \/api\/v1\/org\/factors\//,
  /^GET \/api\/v1\/idps\/\*\/metadata\.xml$/,
  /^PUT \/api\/v1\/users\/\*\/factors\/\*$/,
  /^\w+ \/api\/v1\/apps\/\*\/group-push\/mappings/,
]

function routes(): readonly string[] {
  const found: string[] = []
  const collect = (_: string, route: string): void => {
    const [method = '', path = ''] = route.split(' ')
    found.push(shape(method, path))
  }
  addRoutes(collect, collect)
  return found
}

test('every route is one that the SDK knows', () => {
  expect(DECLARED.size).toBeGreaterThan(400)
  const unknown = routes().filter((route) => !DECLARED.has(route) && !ELSEWHERE.some((known) => known.test(route)))
  expect(unknown).toEqual([])
})

test('no two routes are the same', () => {
  const all = routes()
  expect(all.filter((route, at) => all.indexOf(route) !== at)).toEqual([])
})

test('a route that nobody declares would be seen', () => {
  expect(DECLARED.has('GET /api/v1/users/*')).toBe(true)
  expect(DECLARED.has('GET /api/v1/user/*')).toBe(false)
})

test('operations are many, and each has one name', () => {
  expect(new Set(okta.operations).size).toBe(okta.operations.length)
  expect(okta.operations.length).toBeGreaterThan(250)
})
