import { expect, test } from 'vitest'
import { requestOf, urlOf } from '../../twins/request.ts'

const BODY = 'name=Ann+Ångström'
const HEADERS = [
  ['Host', 'api.test'],
  ['Content-Type', 'application/x-www-form-urlencoded'],
  ['Accept', 'text/html'],
  ['accept', ' text/plain '],
  ['Cookie', 'a=1'],
  ['Cookie', 'b=2'],
] as const
const url = new URL('https://api.test/a%20b?c=d')
const light = (method = 'POST', body = BODY): Request =>
  requestOf({ method, url, headers: HEADERS, body: Buffer.from(body) })
const real = (method = 'POST', body: string | null = BODY): Request =>
  new Request(url, {
    method,
    headers: HEADERS.map(([name, value]): [string, string] => [name, value]),
    ...(body === null ? {} : { body }),
  })

test('a light request is a Request, and has all that one has', () => {
  expect(light()).toBeInstanceOf(Request)
  expect(light().headers).toBeInstanceOf(Headers)
  const [one, other] = [light(), real()]
  for (const name of ['method', 'url', 'bodyUsed', 'cache', 'credentials', 'mode', 'redirect', 'duplex'] as const)
    expect(Reflect.get(one, name), name).toEqual(Reflect.get(other, name))
  expect(one.signal.aborted).toBe(false)
})

test.each(['host', 'Accept', 'COOKIE', 'content-type', 'x-none'])(
  'its header %s reads as that of a Request',
  (name) => {
    expect(light().headers.get(name)).toBe(real().headers.get(name))
    expect(light().headers.has(name)).toBe(real().headers.has(name))
    expect([...light().headers]).toEqual([...real().headers])
  },
)

test.each(['text', 'arrayBuffer', 'bytes', 'blob', 'formData'] as const)('its body reads as %s, once', async (how) => {
  const shown = async (request: Request): Promise<unknown> => {
    const read = await request[how]()
    if (read instanceof FormData) return [...read]
    return read instanceof Blob ? [read.size, await read.text()] : read
  }
  const [one, other] = [light(), real()]
  expect(await shown(one)).toEqual(await shown(other))
  expect(one.bodyUsed).toBe(true)
  await expect(one.text()).rejects.toThrow(TypeError)
  expect(() => one.clone()).toThrow(TypeError)
})

test('its body reads as JSON, and what is none rejects', async () => {
  expect(await light('POST', '{"a":[1]}').json()).toEqual({ a: [1] })
  await expect(light().json()).rejects.toThrow(SyntaxError)
})

test('a GET has no body, whatever was sent with it', async () => {
  expect(await light('GET').text()).toBe('')
  expect(light('GET').body).toBe(null)
  expect(real('GET', null).body).toBe(null)
})

test('a clone is read apart from what it is a clone of', async () => {
  const one = light()
  const copy = one.clone()
  expect(await copy.text()).toBe(BODY)
  expect(await one.text()).toBe(BODY)
})

test('what reads the bytes cannot change them for others', async () => {
  const body = Buffer.from(BODY)
  const parts = { method: 'POST', url, headers: HEADERS, body }
  new Uint8Array(await requestOf(parts).arrayBuffer()).fill(0)
  ;(await requestOf(parts).bytes()).fill(0)
  expect(await requestOf(parts).text()).toBe(BODY)
})

test('another request is made of it, as of a Request', async () => {
  const moved = new Request('https://other.test/', light())
  expect([moved.method, moved.headers.get('accept'), await moved.text()]).toEqual([
    'POST',
    'text/html, text/plain',
    BODY,
  ])
})

test('its headers can be changed, and then read as changed', () => {
  const { headers } = light()
  headers.set('Accept', 'image/png')
  headers.delete('cookie')
  expect([headers.get('accept'), headers.has('cookie')]).toEqual(['image/png', false])
})

test('its address is parsed once, that of another when asked', () => {
  expect(urlOf(light())).toBe(url)
  expect(urlOf(real()).href).toBe(url.href)
})
