import { expect, test } from 'vitest'
import { RouteTable } from '../../twins/route-table.ts'

const tableOf = (twin: string, routes: readonly string[], tag = ''): RouteTable<string> => {
  const table = new RouteTable<string>(twin)
  for (const route of routes) {
    const [method = '', path = ''] = route.split(' ')
    table.add(method, path, `${route}${tag}`)
  }
  return table
}
const found = (table: RouteTable<string>, method: string, path: string): unknown => table.match(method, path)[0]?.[0]

test('worlds of one twin share their routes and keep their own handlers', () => {
  const routes = ['GET /v1/charges', 'GET /v1/charges/:id', 'POST /v1/charges/:id']
  const first = tableOf('shared', routes, ' of the first')
  const second = tableOf('shared', routes, ' of the second')
  expect(found(first, 'GET', '/v1/charges/ch_1')).toEqual(['GET /v1/charges/:id of the first', { id: 'ch_1' }])
  expect(found(second, 'GET', '/v1/charges/ch_1')).toEqual(['GET /v1/charges/:id of the second', { id: 'ch_1' }])
  expect(found(second, 'GET', '/v1/charges/')).toBeUndefined()
})

test('a world that registers fewer or other routes does not see those of the others', () => {
  const all = tableOf('odd', ['GET /a', 'GET /b', 'GET /c/:id'])
  const fewer = tableOf('odd', ['GET /a'])
  const other = tableOf('odd', ['GET /a', 'GET /d', 'GET /c/:name'])
  expect([found(fewer, 'GET', '/a'), found(fewer, 'GET', '/b')]).toEqual([['GET /a', {}], undefined])
  expect([found(other, 'GET', '/b'), found(other, 'GET', '/c/1')]).toEqual([undefined, ['GET /c/:name', { name: '1' }]])
  expect(found(all, 'GET', '/c/1')).toEqual(['GET /c/:id', { id: '1' }])
})
