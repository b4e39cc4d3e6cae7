import { expect, test } from 'vitest'
import {
  createRequestParser,
  createResponseParser,
  MalformedHttp,
  printChunk,
  printRequest,
  printResponseHead,
} from '../../scenarios/http.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const text = (body: Uint8Array): string => Buffer.from(body).toString()
const ignore = (): void => undefined

test('a request survives any way of cutting its bytes', () => {
  const wire = printRequest('POST', '/orders?x=1', [['X-Name', 'Zoë']], bytes('{"a":1}'))
  for (let cut = 1; cut < wire.length; cut++) {
    const parser = createRequestParser(ignore)
    const messages = [...parser.push(wire.subarray(0, cut)), ...parser.push(wire.subarray(cut))]
    expect(messages).toHaveLength(1)
    expect(messages[0]?.target).toBe('/orders?x=1')
    expect(text(messages[0]?.body ?? new Uint8Array())).toBe('{"a":1}')
    expect(parser.idle).toBe(true)
  }
})

test('an empty write begins no message', () => {
  const parser = createRequestParser(ignore)
  parser.push(printRequest('POST', '/x', [], bytes('{}')))
  parser.push(bytes(''))
  expect(parser.idle).toBe(true)
})

test('a request without a length has no body', () => {
  const [message] = createRequestParser(ignore).push(bytes('POST /x HTTP/1.1\r\nHost: a\r\n\r\n'))
  expect(message).toMatchObject({ method: 'POST', target: '/x' })
  expect(message?.body.length).toBe(0)
})

test('two requests in one piece are two messages', () => {
  const wire = Buffer.concat([printRequest('GET', '/a', [], bytes('')), printRequest('GET', '/b', [], bytes(''))])
  expect(
    createRequestParser(ignore)
      .push(wire)
      .map(({ target }) => target),
  ).toEqual(['/a', '/b'])
})

test('whoever expects 100-continue is told to go on', () => {
  let told = 0
  const parser = createRequestParser(() => {
    told += 1
  })
  parser.push(bytes('PUT /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n'))
  expect(told).toBe(1)
  expect(parser.push(bytes('ok'))).toHaveLength(1)
})

test('a chunked response comes together, and one that only its end completes', () => {
  const head = printResponseHead(200, [['Content-Type', 'text/plain']], 'chunked', 0, 0)
  const chunked = createResponseParser('GET')
  const parts = [head, printChunk(bytes('he')), printChunk(bytes('llo')), printChunk(bytes(''))]
  expect(parts.flatMap((part) => chunked.push(part)).map(({ body }) => text(body))).toEqual(['hello'])
  const raw = createResponseParser('GET')
  expect(raw.push(bytes('HTTP/1.1 200 OK\r\n\r\nhel'))).toEqual([])
  expect(raw.push(bytes('lo'))).toEqual([])
  expect(raw.end().map(({ body }) => text(body))).toEqual(['hello'])
})

test('the answer to HEAD has no body, whatever its length says', () => {
  const head = printResponseHead(200, [], 'sized', 5, 0)
  expect(createResponseParser('HEAD').push(head)).toHaveLength(1)
  expect(createResponseParser('GET').push(head)).toHaveLength(0)
})

test('an interim response is not the answer', () => {
  const wire = bytes('HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n')
  expect(
    createResponseParser('GET')
      .push(wire)
      .map(({ status }) => status),
  ).toEqual([201])
})

test.each([
  ['garbage', 'hello there\r\n\r\n'],
  ['an upgrade', 'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'],
  ['a tunnel', 'CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['two lengths', 'POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
])('%s is malformed', (_, wire) => {
  expect(() => createRequestParser(ignore).push(bytes(wire))).toThrow(MalformedHttp)
})

test('a response that breaks off is malformed at its end', () => {
  const sized = createResponseParser('GET')
  sized.push(bytes('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhel'))
  expect(() => sized.end()).toThrow(MalformedHttp)
  const cut = createResponseParser('GET')
  cut.push(bytes('HTTP/1.1 200'))
  expect(() => cut.end()).toThrow(MalformedHttp)
})

test('the answer to a HEAD request keeps the length that it tells', () => {
  const head = (framing: 'none' | 'sized'): string =>
    text(printResponseHead(200, [['Content-Length', '5']], framing, 0, 0))
  expect(head('none')).toContain('Content-Length: 5\r\n')
  expect(head('sized')).toContain('Content-Length: 0\r\n')
  expect(head('sized')).not.toContain('Content-Length: 5')
})

test('a large body may come in one piece, and many requests on one connection', () => {
  const parser = createRequestParser(ignore)
  const body = 'x'.repeat(300_000)
  const [large] = parser.push(bytes(`PUT /big HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`))
  expect(large?.body.length).toBe(body.length)
  const small = `GET /small HTTP/1.1\r\nHost: a\r\nX-Long: ${'y'.repeat(4_000)}\r\n\r\n`
  for (let at = 0; at < 100; at++) expect(parser.push(bytes(small))).toHaveLength(1)
  expect(() => parser.push(bytes(`GET / HTTP/1.1\r\nX-Long: ${'y'.repeat(200_000)}\r\n\r\n`))).toThrow(MalformedHttp)
})
