import { expect, test } from 'vitest'
import { createTwinApp, NotModelled, notModelled, type TwinApp } from '../../twins/twin.ts'

function kiosk(): TwinApp {
  const app = createTwinApp('kiosk')
  app.on('sales.create', 'POST /sales', (c) => c.json({ id: 1 }, 201))
  app.on('sales.retrieve', 'GET /sales/:id', (c) => c.json({ id: c.req.param('id') }))
  app.on('sales.break', 'GET /broken', () => {
    throw new TypeError('a bug of ours')
  })
  app.on('sales.reject', 'GET /rejected', async () => {
    throw new NotModelled('kiosk', 'rebates', 'Ask again tomorrow.')
  })
  return app
}
const at = (path: string, method = 'GET'): Request => new Request(`https://kiosk.test${path}`, { method })
const fetching = async (request: Request): Promise<Response> => kiosk().fetch(request)

test('routes answer', async () => {
  expect((await fetching(at('/sales', 'POST'))).status).toBe(201)
  expect(await (await fetching(at('/sales/7'))).json()).toEqual({ id: '7' })
})

test('a route has an operation; what has no route has none', () => {
  const app = kiosk()
  const operation = (method: string, path: string): string | undefined =>
    app.operationOf(method, new URL(`https://kiosk.test${path}`))
  expect(operation('POST', '/sales')).toBe('sales.create')
  expect(operation('GET', '/sales/7?x=1')).toBe('sales.retrieve')
  expect(operation('DELETE', '/sales/7')).toBeUndefined()
  expect(operation('GET', '/')).toBeUndefined()
})

test('an unknown route rejects, and is never a 404', async () => {
  await expect(fetching(at('/returns', 'POST'))).rejects.toThrow(NotModelled)
  await expect(fetching(at('/returns', 'POST'))).rejects.toThrow(
    'twin "kiosk" does not model POST /returns. Model it in twins/kiosk/',
  )
})

test('a bug of the twin rejects, and is never a 500', async () => {
  await expect(fetching(at('/broken'))).rejects.toThrow('a bug of ours')
  await expect(fetching(at('/rejected'))).rejects.toThrow('does not model rebates. Ask again tomorrow.')
})

test('a route is METHOD /path', () => {
  expect(() => kiosk().on('x', '/sales', (c) => c.text(''))).toThrow(
    'twin "kiosk": expected "METHOD /path", got "/sales"',
  )
})

test('a gap has to be on the list', () => {
  const gaps = [{ what: 'rebates', why: 'Prices are prices.' }]
  expect(notModelled('kiosk', gaps, 'rebates').message).toBe(
    'twin "kiosk" does not model rebates. Prices are prices. "npx backlot twins kiosk" lists what it does not model.',
  )
  expect(() => notModelled('kiosk', gaps, 'returns')).toThrow(
    'twins/kiosk/gaps.ts: expected a row "returns", got none.',
  )
})
