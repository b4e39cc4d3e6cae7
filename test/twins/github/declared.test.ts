import { Octokit } from '@octokit/rest'
import { expect, test } from 'vitest'
import { github } from '../../../twins/github/index.ts'
import { addRoutes } from '../../../twins/github/operations.ts'

/** Parameters have no names here, and what may contain slashes is a parameter too. */
const shape = (method: string, path: string): string =>
  `${method} ${path.replaceAll(/\{\.\+\}/g, '').replaceAll(/\{\w+\}|:\w+/g, '*')}`

/** `METHOD /path` of everything the SDK can ask for. */
const DECLARED: ReadonlySet<string> = new Set(
  Object.values(
    new Octokit().rest as unknown as Record<
      string,
      Record<string, { endpoint: { DEFAULTS: { method: string; url: string } } }>
    >,
  )
    .flatMap((scope) => Object.values(scope))
    .map(({ endpoint: { DEFAULTS } }) => shape(DEFAULTS.method, DEFAULTS.url)),
)

/** What the twin has and the SDK does not, or writes otherwise: other hosts, GraphQL, and what older clients use. */
const ELSEWHERE = [
  /^GET \/~(codeload|raw)\//,
  /^POST \/graphql$/,
  /^POST \/repos\/\*\/\*\/releases\/\*\/assets$/,
  /^GET \/repos\/\*\/\*\/git\/refs\/?\*?$/,
  /^GET \/repos\/\*\/\*\/statuses\/\*$/,
  /^GET \/repos\/\*\/\*\/contents\/?$/,
  /^GET \/repos\/\*\/\*\/(tarball|zipball)$/,
  /^\w+ \/(orgs|repos|user|users)\/.*projects$/,
  /^\w+ \/orgs\/\*\/teams\/\*\/(discussions|repos|memberships|members|teams).*$/,
  /^GET \/user\/issues$/,
  /^GET \/orgs\/\*\/(external-group|external-groups|security-managers).*$/,
  /^\w+ \/repos\/\*\/\*\/commits\/\*\/(check-runs|check-suites|status|statuses|pulls|comments|branches-where-head)$/,
  /^GET \/orgs\/\*\/teams\/\*\/external-groups$/,
  // Its key stands in the query, which the SDK writes into the address.
  /^DELETE \/repos\/\*\/\*\/actions\/caches$/,
  // Newer than the SDK: https://docs.github.com/rest/actions/permissions (2026-11-26).
  /^\w+ \/(repos\/\*|orgs)\/\*\/actions\/permissions\/artifact-and-log-retention$/,
]

function routes(): readonly string[] {
  const found: string[] = []
  addRoutes((_, route) => {
    const [method = '', path = ''] = route.split(' ')
    found.push(shape(method, path))
  })
  return found
}

test('every route is one that the SDK knows', () => {
  expect(DECLARED.size).toBeGreaterThan(800)
  const unknown = routes().filter((route) => !DECLARED.has(route) && !ELSEWHERE.some((known) => known.test(route)))
  expect(unknown).toEqual([])
})

test('no two routes are the same', () => {
  const all = routes()
  expect(all.filter((route, at) => all.indexOf(route) !== at)).toEqual([])
})

test('a route that nobody declares would be seen', () => {
  expect(DECLARED.has('GET /repos/*/*')).toBe(true)
  expect(DECLARED.has('GET /repo/*/*')).toBe(false)
})

test('operations are many, and each has one name', () => {
  expect(new Set(github.operations).size).toBe(github.operations.length)
  expect(github.operations.length).toBeGreaterThan(250)
})
