import { gzipSync } from 'node:zlib'
import { strToU8, zipSync } from 'fflate'
import { expect, test } from 'vitest'
import { type Call, headerIn, textOfBody } from '../../../scenarios/import/evidence.ts'
import { fixture, readAll } from './support.ts'

const shape = ({ direction, method, url, status, error }: Call): string =>
  `${direction} ${method} ${url} ${status ?? error ?? 'no answer'}`
const MONKEYS = '\n🐵🙈🙉\n'

test.each([
  ['playwright.har', 'har', 'unknown POST http://127.0.0.1:4600/orders 201'],
  ['playwright-trace.zip', 'playwright', 'unknown POST http://127.0.0.1:4600/orders 201'],
  ['otlp.jsonl', 'otlp', 'outbound POST http://127.0.0.1:4700/v1/charges 503'],
  ['nock.json', 'nock', 'outbound POST http://127.0.0.1:4700/v1/charges 201'],
  ['polly.har', 'polly', 'outbound GET http://127.0.0.1:4700/v1/charges/ch_1 201'],
  ['vcrpy.yaml', 'vcr', 'outbound POST http://127.0.0.1:9401/orders 201'],
  ['ruby-vcr.yaml', 'vcr', 'outbound GET http://127.0.0.1:9401/busy 503'],
])('%s, as its tool writes it, is told to be %s and read', async (name, kind, call) => {
  const read = await readAll(fixture(name))
  expect(read.kind).toBe(kind)
  expect(read.calls.map(shape)).toContain(call)
})

test.each(['nginx-combined.log', 'nginx-json.log'])(
  '%s: what nginx wrote is read, and what was no request is told',
  async (name) => {
    const { kind, calls, leftOut } = await readAll(fixture(name))
    expect(kind).toBe('access-log')
    expect(calls.map(({ method, url, status }) => `${method} ${url} ${status}`)).toEqual([
      'POST /orders 201',
      'GET /orders/o1 200',
      'GET /orders/o2?look=%22twice%22 404',
      'GET /busy 503',
    ])
    // A port scanner said hello.
    expect(leftOut).toBe(1)
  },
)

test('a trace of Playwright has bodies from beside it, and the action that caused a call', async () => {
  const { calls } = await readAll(fixture('playwright-trace.zip'))
  const order = calls.find(({ method }) => method === 'POST')
  expect(JSON.parse(textOfBody(order?.requestBody ?? { kind: 'empty' }) ?? '')).toMatchObject({ id: 'o-web' })
  expect(textOfBody(order?.responseBody ?? { kind: 'empty' })).toContain('paid')
  expect(order?.from.at).toMatch(/^trace\.network line \d+, after \w+\.click$/)
})

test('a HAR in an archive has its bodies beside it', async () => {
  const row = {
    startedDateTime: '2026-05-04T10:00:00Z',
    request: { method: 'POST', url: 'https://a.test/x', postData: { _file: 'ab12.json' } },
    response: { status: 201, content: { _file: 'cd34.json' } },
  }
  const packed = zipSync({
    'har.har': strToU8(JSON.stringify({ log: { entries: [row] } })),
    'ab12.json': strToU8('{"a":1}'),
    'cd34.json': strToU8('{"b":2}'),
  })
  const { kind, calls } = await readAll(packed)
  expect([kind, calls.length]).toEqual(['playwright', 1])
  expect(calls.map(({ requestBody, responseBody }) => [textOfBody(requestBody), textOfBody(responseBody)])).toEqual([
    ['{"a":1}', '{"b":2}'],
  ])
})

test('a trace of OpenTelemetry knows who called whom, and which call nobody answered', async () => {
  const { calls } = await readAll(fixture('otlp.jsonl'))
  const inbound = calls.filter(({ direction }) => direction === 'inbound')
  const lost = calls.filter(({ direction, status }) => direction === 'outbound' && status === undefined)
  expect(inbound.map(({ span }) => span?.service)).toEqual(inbound.map(() => 'shop'))
  expect(lost).toHaveLength(1)
  expect(lost[0]?.error).toMatch(/ECONNRESET|SocketError|other side closed|fetch failed/i)
  expect(inbound.some(({ span }) => span?.trace === lost[0]?.span?.trace)).toBe(true)
  expect(calls.every(({ startMs, durationMs }) => startMs !== undefined && durationMs !== undefined)).toBe(true)
})

const harOf = (...entries: readonly string[]): string => `{"log":{"entries":[${entries.join(',')}]}}`
const entry = (request: string, response = '{"status":200,"headers":[],"content":{"text":"{}"}}'): string =>
  `{"startedDateTime":"2026-05-04T10:00:00.123456Z","time":12,"request":{"method":"POST","url":"https://a.test/x","headers":[],${request}},"response":${response}}`

test.each([
  ['a byte order mark', `\uFEFF${harOf(entry('"httpVersion":"HTTP/1.1"'))}`, 1, undefined],
  ['a tail that is missing', harOf(entry('"a":1'), entry('"a":2')).slice(0, -40), 1, 'the file breaks off'],
  ['an entry without a URL', harOf('{"request":{}}', entry('"a":1')), 1, 'an entry has no request URL'],
  ['a web socket', harOf('{"request":{"url":"wss://a.test/"}}'), 0, 'an entry is no HTTP request (wss:)'],
  ['an odd HTTP version', harOf(entry('"httpVersion":"unknown"')), 1, 'an odd HTTP version is overlooked'],
  [
    'pseudo headers',
    harOf(entry('"a":1').replace('"headers":[]', '"headers":[{"name":":path","value":"/"}]')),
    1,
    'pseudo headers',
  ],
  ['no entries', '{"log":{}}', 0, 'there are no log.entries'],
  ['brackets that do not match', '{"log":{"entries":[}]}', 0, 'the file breaks off (brackets do not match)'],
])('a HAR with %s is read as far as it goes, and that is told', async (_, text, count, repair) => {
  const { calls, repairs } = await readAll(text, 'har')
  expect(calls).toHaveLength(count)
  if (repair !== undefined) expect(repairs.join('; ')).toContain(repair)
})

test('bodies that a HAR does not have are absent, not empty', async () => {
  const { calls } = await readAll(
    harOf(
      entry('"postData":{"mimeType":"a/b"}'),
      entry('"bodySize":0'),
      entry('"postData":{"params":[{"name":"a b","value":"c&d"}]}'),
      entry('"a":1', '{"status":0,"headers":[],"content":{},"_error":"net::ERR_TIMED_OUT"}'),
      entry('"a":1', '{"status":200,"headers":[],"content":{"size":9}}'),
    ),
  )
  expect(calls.map(({ requestBody }) => requestBody.kind)).toEqual(['absent', 'empty', 'bytes', 'empty', 'empty'])
  expect(textOfBody(calls[2]?.requestBody ?? { kind: 'empty' })).toBe('a+b=c%26d')
  expect(calls[3]).toMatchObject({ status: undefined, error: 'net::ERR_TIMED_OUT' })
  expect(calls[4]?.responseBody.kind).toBe('absent')
  expect(calls[0]?.startMs).toBeCloseTo(Date.parse('2026-05-04T10:00:00.123Z') + 0.456, 3)
})

const span = (fields: string): string =>
  `{"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"eee19b7ec3c1b174","kind":3,"startTimeUnixNano":"1777888800000000001","endTimeUnixNano":"1777888800250000000","attributes":[{"key":"http.request.method","value":{"stringValue":"POST"}},{"key":"url.full","value":{"stringValue":"https://ledger.test/entries"}}],${fields}}`
const traceOf = (...spans: readonly string[]): string =>
  `{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},"scopeSpans":[{"spans":[${spans.join(',')}]}]}]}`

test.each([
  [
    'a kind in words',
    span('"a":1').replace('"kind":3', '"kind":"SPAN_KIND_CLIENT"'),
    'outbound POST https://ledger.test/entries no answer',
  ],
  [
    'a status as a text',
    span('"a":1').replace(
      '"attributes":[',
      '"attributes":[{"key":"http.response.status_code","value":{"intValue":"503"}},',
    ),
    'outbound POST https://ledger.test/entries 503',
  ],
  [
    'a status as a number, under its old name',
    span('"a":1').replace('"attributes":[', '"attributes":[{"key":"http.status_code","value":{"intValue":201}},'),
    'outbound POST https://ledger.test/entries 201',
  ],
  [
    'old names',
    span('"a":1').replace('http.request.method', 'http.method').replace('url.full', 'http.url'),
    'outbound POST https://ledger.test/entries no answer',
  ],
  [
    'a time as a number',
    span('"a":1').replace('"1777888800000000001"', '1777888800000000001'),
    'outbound POST https://ledger.test/entries no answer',
  ],
  [
    'an exception',
    span(
      '"status":{"code":2},"events":[{"name":"exception","attributes":[{"key":"exception.type","value":{"stringValue":"ECONNRESET"}}]}]',
    ),
    'outbound POST https://ledger.test/entries ECONNRESET',
  ],
  [
    'the host in parts',
    span('"a":1').replace(
      '"url.full","value":{"stringValue":"https://ledger.test/entries"}',
      '"url.path","value":{"stringValue":"/entries"}},{"key":"server.address","value":{"stringValue":"ledger.test"}',
    ),
    'outbound POST https://ledger.test/entries no answer',
  ],
])('a span with %s is read', async (_, text, expected) => {
  const { calls } = await readAll(traceOf(text))
  expect(calls.map(shape)).toEqual([expected])
  expect(calls[0]?.span).toMatchObject({ trace: '5b8efff798038103d269b633813fc60c', service: 'shop' })
  expect(calls[0]?.durationMs).toBeCloseTo(250, 1)
})

test('a call whose request another service saw has arrived; ids in base64 are ids', async () => {
  const child = span('"parentSpanId":"7uGbfsPBsXQ="')
    .replace('"kind":3', '"kind":2')
    .replace('eee19b7ec3c1b174', 'aaaaaaaaaaaaaaaa')
  const { calls, repairs } = await readAll(traceOf(span('"a":1'), child))
  expect(calls[0]?.span?.arrived).toBe(true)
  expect(repairs).toContain('ids are in base64')
})

test('a trace without HTTP has nothing to replay, and says how many spans it left out', async () => {
  const { calls, repairs } = await readAll(
    traceOf('{"kind":3,"attributes":[{"key":"db.system","value":{"stringValue":"pg"}}]}'),
  )
  expect(calls).toEqual([])
  expect(repairs).toEqual(['a span is no HTTP request, in or out; it is left out'])
})

const asked = (id: string, ns: string, text: string): string => `1 ${id} ${ns}\n${text}`
test('GoReplay gives requests with their answers, whatever stands between them', async () => {
  const text = [
    asked(
      'aaaaaa01',
      '1777888800000000000',
      'POST /orders HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 8\r\n\r\n{"a":"ü"',
    ),
    asked('aaaaaa02', '1777888800005000000', 'GET /health HTTP/1.1\nHost: shop.test\n\n'),
    '2 aaaaaa01 1777888800300000000 250000000\nHTTP/1.1 201 Created\r\nContent-Type: text/plain\r\n\r\nok',
    'no record at all',
    '3 aaaaaa01 1777888800400000000 1\nHTTP/1.1 500 Oops\r\n\r\n',
    asked('aaaaaa03', '1777888801000000000', 'PUT /late HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc'),
  ].join(MONKEYS)
  const { kind, calls, repairs } = await readAll(text)
  expect(kind).toBe('goreplay')
  expect(calls.map(shape)).toEqual([
    'inbound POST /orders 201',
    'inbound GET /health no answer',
    'inbound PUT /late no answer',
  ])
  expect(calls[0]).toMatchObject({ durationMs: 250, startMs: 1777888800000 })
  expect(textOfBody(calls[0]?.requestBody ?? { kind: 'empty' })).toBe('{"a":"ü')
  expect(calls[2]?.requestBody).toMatchObject({ kind: 'bytes', cut: true })
  expect(repairs).toEqual([
    'lines end in LF only',
    'a record has no header line; it is left out',
    'the last record has no separator',
    'a body is shorter than it says',
    'a request names no host',
  ])
})

test('bodies of GoReplay are unchunked and inflated', async () => {
  const gz = gzipSync('{"n":1}').toString('latin1')
  const chunked = `${(3).toString(16)}\r\n${gz.slice(0, 3)}\r\n${(gz.length - 3).toString(16)}\r\n${gz.slice(3)}\r\n0\r\n\r\n`
  const text = Buffer.from(
    asked(
      'aaaaaa01',
      '1777888800000000000',
      `POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n${chunked}`,
    ),
    'latin1',
  )
  const { calls } = await readAll(Buffer.concat([text, Buffer.from(MONKEYS)]))
  expect(textOfBody(calls[0]?.requestBody ?? { kind: 'empty' })).toBe('{"n":1}')
})

test.each([
  [
    'common',
    '127.0.0.1 - frank [10/Oct/2026:13:55:36 -0700] "GET /a.html HTTP/1.0" 200 2326',
    'inbound GET /a.html 200',
    '2026-10-10T20:55:36Z',
  ],
  [
    'combined',
    '83.149.9.216 - - [17/May/2026:10:05:03 +0000] "POST /orders HTTP/1.1" 502 2036 "http://x.test/" "Mozilla/5.0 (X11)"',
    'inbound POST /orders 502',
    '2026-05-17T10:05:03Z',
  ],
  [
    'JSON of nginx',
    '{"time": "17/May/2026:10:05:03 +0000", "remote_ip": "1.2.3.4", "request": "GET /downloads HTTP/1.1", "response": 304, "status": "304"}',
    'inbound GET /downloads 304',
    '2026-05-17T10:05:03Z',
  ],
  [
    'JSON of pino',
    '{"level":30,"time":1779012303250,"req":{"method":"PUT","url":"/a","remoteAddress":"::1"},"res":{"statusCode":204},"responseTime":3}',
    'inbound PUT /a 204',
    '2026-05-17T10:05:03.250Z',
  ],
  [
    'JSON of a cloud',
    '{"timestamp":"2026-05-17T10:05:03Z","httpRequest":{"requestMethod":"GET","requestUrl":"https://shop.test/x?y=1","status":200,"latency":"0.5s"}}',
    'inbound GET /x?y=1 200',
    '2026-05-17T10:05:03Z',
  ],
])('a line of an access log in the %s format is read', async (_, line, expected, time) => {
  const { kind, calls } = await readAll(`${line}\n`)
  expect(kind).toBe('access-log')
  expect(calls.map(shape)).toEqual([expected])
  expect(calls[0]?.startMs).toBe(Date.parse(time))
})

test('lines that hold no request are counted and left out; bodies of writes are absent', async () => {
  const { calls, repairs } = await readAll(
    [
      '1.2.3.4 - - [17/May/2026:10:05:03 +0000] "POST /orders HTTP/1.1" 201 5',
      '1.2.3.4 - - [17/May/2026:10:05:03 +0000] "\\x16\\x03\\x01" 400 226',
      'what is this',
      '{"msg":"started"}',
      '{"broken',
      '',
    ].join('\n'),
    'access-log',
  )
  expect(calls.map(({ requestBody }) => requestBody.kind)).toEqual(['absent'])
  expect(repairs).toEqual([
    'a line holds no HTTP request; it is left out',
    'a line is of no known format; it is left out',
    'a line is about no request; it is left out',
    'a line is broken JSON; it is left out',
  ])
})

test('a compressed log that breaks off is read up to there', async () => {
  const lines = Array.from(
    { length: 2000 },
    (_, at) =>
      `1.2.3.4 - - [17/May/2026:10:05:${String(at % 60).padStart(2, '0')} +0000] "GET /p/${at * 7919} HTTP/1.1" 200 ${at}`,
  )
  const packed = gzipSync(lines.join('\n'))
  expect((await readAll(packed)).calls).toHaveLength(2000)
  const { calls } = await readAll(packed.subarray(0, packed.length - 400))
  expect(calls.length).toBeGreaterThan(500)
  expect(calls.length).toBeLessThan(2000)
})

const RUBY_OLD = `---
- !ruby/struct:VCR::HTTPInteraction
  :request: !ruby/struct:VCR::Request
    :method: :post
    :uri: https://ledger.test:443/entries
    :body: amount=5
    :headers:
  :response: !ruby/struct:VCR::Response
    :status: !ruby/struct:VCR::ResponseStatus
      :code: 201
      :message: Created
    :headers:
      content-type:
      - application/json
    :body: '{"id":"en_1"}'
`
const RUBY = `---
http_interactions:
- request:
    method: post
    uri: https://ledger.test/entries
    body: { encoding: UTF-8, string: "amount=5" }
    headers: { Content-Type: [application/x-www-form-urlencoded] }
  response:
    status: { code: 201, message: Created }
    headers: { Content-Type: [application/json] }
    body: { encoding: UTF-8, base64_string: "${Buffer.from('{"id":"en_1"}').toString('base64')}" }
  recorded_at: Mon, 04 May 2026 10:00:00 GMT
recorded_with: VCR 6.0.0
`
const PYTHON = `interactions:
- request:
    body: amount=5
    headers: { Accept: ['*/*'] }
    method: POST
    uri: https://ledger.test/entries
  response:
    body:
      string: !!binary |
        ${gzipSync('{"id":"en_1"}').toString('base64')}
    headers: { Content-Encoding: [gzip] }
    status: { code: 201, message: Created }
version: 1
`
const PYTHON_OLD = `- request: !!python/object:vcr.request.Request
    body: amount=5
    headers: !!python/object/apply:__builtin__.frozenset
    - - !!python/tuple [accept, '*/*']
    host: ledger.test
    method: POST
    path: /entries
    port: 443
    protocol: https
  response:
    body: {string: !!python/unicode '{"id":"en_1"}'}
    headers: [!!python/unicode "content-type: application/json\\r\\n"]
    status: {code: 201, message: OK}
`
const GO = `---
version: 2
interactions:
    - id: 0
      request:
        body: amount=5
        form: { amount: ["5"] }
        headers: { Accept: ["*/*"] }
        url: https://ledger.test/entries
        method: POST
      response:
        body: '{"id":"en_1"}'
        headers: { Content-Type: [application/json] }
        status: 201 Created
        code: 201
        duration: 125.4ms
`
const JSON_CASSETTE = JSON.stringify({
  http_interactions: [
    {
      request: { method: 'post', uri: 'https://ledger.test/entries', body: { string: 'amount=5' }, headers: {} },
      response: { status: { code: 201 }, headers: {}, body: { string: '{"id":"en_1"}' } },
    },
  ],
})
test.each([
  ['VCR 1', RUBY_OLD],
  ['VCR', RUBY],
  ['vcrpy', PYTHON],
  ['vcrpy of old', PYTHON_OLD],
  ['go-vcr', GO],
  ['VCR in JSON', JSON_CASSETTE],
])('a cassette of %s is read', async (_, text) => {
  const { kind, calls } = await readAll(text, undefined, 'cassette.yml')
  expect(kind).toBe('vcr')
  expect(calls.map(shape)).toEqual(['outbound POST https://ledger.test/entries 201'])
  expect(textOfBody(calls[0]?.requestBody ?? { kind: 'empty' })).toBe('amount=5')
  expect(textOfBody(calls[0]?.responseBody ?? { kind: 'empty' })).toBe('{"id":"en_1"}')
})

test('a cassette with mistakes gives what can be read', async () => {
  const { calls, repairs } = await readAll(`${RUBY}- broken: [`, 'vcr')
  expect(calls).toHaveLength(1)
  expect(repairs).toEqual(['the YAML has mistakes; what can be read is used'])
})

test('a cassette of maps for keys, hundreds deep, is read without end of patience', async () => {
  const { calls, repairs } = await readAll(RUBY.replace('Content-Type:', `${'{'.repeat(500)}Content-Type:`), 'vcr')
  expect(calls.length).toBeLessThanOrEqual(1)
  expect(repairs).toContain('a key is no text; it is left out')
})

test('nock keeps encoded bodies as hex, and headers flat or by name', async () => {
  const chunks = gzipSync('{"id":"en_1"}').toString('hex')
  const one = (rawHeaders: unknown): object => ({
    scope: 'https://ledger.test:443',
    method: 'POST',
    path: '/entries',
    body: '',
    status: 201,
    response: [chunks.slice(0, 20), chunks.slice(20)],
    rawHeaders,
  })
  const { calls } = await readAll(
    JSON.stringify([one(['Content-Encoding', 'gzip']), one({ 'content-encoding': 'gzip' })]),
  )
  expect(calls.map(({ responseBody }) => textOfBody(responseBody))).toEqual(['{"id":"en_1"}', '{"id":"en_1"}'])
  expect(calls[0]?.url).toBe('https://ledger.test/entries')
  const broken = await readAll(JSON.stringify([one([]), one([])]).slice(0, -30), 'nock')
  expect(broken.calls).toHaveLength(1)
  expect(broken.repairs.join()).toContain('the file breaks off')
})

test('Polly warns that failures may be missing', async () => {
  expect((await readAll(fixture('polly.har'))).repairs.join()).toContain('failures may be missing')
})

test.each([
  [`curl 'https://shop.test/a' -H 'X-Key: it'\\''s'`, 'GET https://shop.test/a', undefined, "it's"],
  [
    `curl -X PUT https://shop.test/a --data-raw $'{"a":"\\u00fc\\n"}' -H "X-Key: \\"q\\""`,
    'PUT https://shop.test/a',
    '{"a":"ü\n"}',
    '"q"',
  ],
  [`curl https://shop.test/a -d a=1 \\\n  -d b=2 -H 'X-Key: k'`, 'POST https://shop.test/a', 'a=1&b=2', 'k'],
  [`curl -G https://shop.test/a --data-urlencode 'q=x y' -H 'X-Key:k'`, 'GET https://shop.test/a?q=x%20y', '', 'k'],
  [`curl -sS -o out --json '{"a":1}' -H 'X-Key: k' shop.test/a`, 'POST http://shop.test/a', '{"a":1}', 'k'],
  [`$ curl -I https://shop.test/a -H 'X-Key: k'`, 'HEAD https://shop.test/a', '', 'k'],
  [`curl https://shop.test/a --data=x=1 -H 'X-Key: k'`, 'POST https://shop.test/a', 'x=1', 'k'],
])('%s is read as a shell reads it', async (command, expected, body, key) => {
  const { kind, calls } = await readAll(`# see the ticket\n${command}\n`)
  expect(kind).toBe('curl')
  expect(calls.map(({ method, url }) => `${method} ${url}`)).toEqual([expected])
  if (body !== undefined) expect(textOfBody(calls[0]?.requestBody ?? { kind: 'empty' })).toBe(body)
  expect(headerIn(calls[0]?.requestHeaders, 'x-key')).toBe(key)
})

test('a curl that sends a file has an absent body, and one with a user has a credential', async () => {
  const { calls } = await readAll(
    'curl -u ada:secret https://shop.test/a -d @body.json; curl https://shop.test/b -F a=b',
    'curl',
  )
  expect(calls[0]?.requestBody.kind).toBe('absent')
  expect(headerIn(calls[0]?.requestHeaders, 'authorization')).toBe(
    `Basic ${Buffer.from('ada:secret').toString('base64')}`,
  )
  expect(textOfBody(calls[1]?.requestBody ?? { kind: 'empty' })).toContain('name="a"\r\n\r\nb\r\n')
})

test('what nobody knows is of no kind', async () => {
  expect((await readAll('hello\nworld\n')).kind).toBeUndefined()
  expect((await readAll('{"a":1}')).kind).toBeUndefined()
})

test('of spans that tell of one request inside each other the inner one is kept, on account of whoever sent the outer one', async () => {
  const span = (spanId: string, parentSpanId: string, kind: number, more: object = {}): object => ({
    traceId: '5fd726e03fb50dda290d3c920049522d',
    spanId,
    parentSpanId,
    kind,
    name: 'POST',
    startTimeUnixNano: '1795677807034000000',
    endTimeUnixNano: '1795677807036257553',
    attributes: Object.entries({
      'http.request.method': 'POST',
      'url.full': 'https://api.stripe.com/v1/charges',
      ...more,
    }).map(([key, stringValue]) => ({ key, value: { stringValue } })),
  })
  const text = JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
        scopeSpans: [
          {
            spans: [
              span('a911a6b9e1564f90', '75ab58b980718feb', 3),
              span('75ab58b980718feb', 'a2ea344a8d536de0', 3),
              span('a2ea344a8d536de0', '', 2, { 'url.full': 'http://shop.test/orders' }),
              span('b911a6b9e1564f91', 'a2ea344a8d536de0', 3),
            ],
          },
        ],
      },
    ],
  })
  const { calls, repairs } = await readAll(text, 'otlp')
  const sent = calls.filter(({ direction }) => direction === 'outbound').map(({ span: at }) => [at?.id, at?.parent])
  expect(sent).toEqual([
    ['a911a6b9e1564f90', 'a2ea344a8d536de0'],
    ['b911a6b9e1564f91', 'a2ea344a8d536de0'],
  ])
  expect(repairs).toContain('a span tells of the same request as the one inside it; the inner one is kept')
})
