import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { plainOf, responseOf } from '../../twins/response.ts'

const HEADERS = { 'X-Zed': '1', 'Content-Type': 'application/json', 'Retry-After': '2' }
const BODIES = ['{"name":"Ångström"}', new TextEncoder().encode('{"bytes":true}'), null] as const
const light = (body: (typeof BODIES)[number] = BODIES[0]): Response => responseOf(body, 201, HEADERS)
const real = (body: (typeof BODIES)[number] = BODIES[0]): Response =>
  new Response(body, { status: 201, headers: HEADERS })

test('a light response is a Response, and has all that one has', () => {
  expect(light()).toBeInstanceOf(Response)
  for (const name of ['status', 'ok', 'statusText', 'redirected', 'type', 'url', 'bodyUsed'] as const)
    expect(Reflect.get(light(), name), name).toEqual(Reflect.get(real(), name))
  expect([...light().headers]).toEqual([...real().headers])
})

test.each(BODIES)('its parts are those of a Response: %s', async (body) => {
  expect(await plainOf(light(body))).toEqual(await plainOf(real(body)))
})

test.each(BODIES)('its body reads in every way: %s', async (body) => {
  expect(await light(body).text()).toBe(await real(body).text())
  expect(await light(body).arrayBuffer()).toEqual(await real(body).arrayBuffer())
  expect((await light(body).blob()).size).toBe((await real(body).blob()).size)
  if (body !== null) expect(await light(body).json()).toEqual(await real(body).json())
  expect(light(body).body === null).toBe(body === null)
})

test('its body is read once', async () => {
  const answer = light()
  const copy = answer.clone()
  await answer.text()
  expect(answer.bodyUsed).toBe(true)
  await expect(plainOf(answer)).rejects.toThrow(TypeError)
  expect(() => answer.clone()).toThrow(TypeError)
  expect(await copy.text()).toBe(BODIES[0])
})

test('headers set later are among its parts, and those of its clone', async () => {
  const answer = light()
  answer.headers.set('X-Id', '7')
  answer.headers.append('Set-Cookie', 'a=1')
  answer.headers.append('Set-Cookie', 'b=2')
  const { headers } = await plainOf(answer.clone())
  expect(headers).toEqual((await plainOf(answer)).headers)
  expect(headers.filter(([name]) => name === 'set-cookie')).toHaveLength(2)
})

test('an app answers a HEAD with it, without its body', async () => {
  const app = new Hono()
  app.get('/', () => light())
  const answer = await app.fetch(new Request('https://api.test/', { method: 'HEAD' }))
  expect([answer.status, answer.headers.get('x-zed'), await answer.text()]).toEqual([201, '1', ''])
})
