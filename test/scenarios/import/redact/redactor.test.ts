import { brotliCompressSync, gunzipSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { createRedactor, type Redactor } from '../../../../scenarios/import/redact/redactor.ts'
import { isIban, isLuhn } from '../../../../scenarios/import/redact/substitute.ts'
import { entry, har, importTexts } from '../support.ts'
import { SECRETS, SPELLINGS } from './secrets.ts'

const make = (vocabulary: readonly string[] = [], key = 'k'): Redactor =>
  createRedactor({ key, vocabulary: new Set(vocabulary) })
const b64 = (text: string | Buffer): string => Buffer.from(text).toString('base64')

/** Ways in which a secret gets into a call. */
const CARRIERS: Readonly<Record<string, (secret: string) => Parameters<typeof entry>>> = {
  'a field': (s) => [0, 'POST https://shop.test/x', { value: s }, 200],
  'a named field': (s) => [0, 'POST https://shop.test/x', { password: s, nested: { deeper: [{ token: s }] } }, 200],
  'the name of a field': (s) => [0, 'POST https://shop.test/x', { [s]: 1 }, 200],
  'free text': (s) => [0, 'POST https://shop.test/x', { note: `Please call ${s}, today.` }, 200],
  'JSON in JSON': (s) => [
    0,
    'POST https://shop.test/x',
    { payload: JSON.stringify({ inner: JSON.stringify({ email: s }) }) },
    200,
  ],
  base64: (s) => [0, 'POST https://shop.test/x', { data: b64(s) }, 200],
  'base64 of JSON': (s) => [0, 'POST https://shop.test/x', { data: b64(JSON.stringify({ user: s })) }, 200],
  base64url: (s) => [0, 'POST https://shop.test/x', { data: Buffer.from(`~~~${s}???`).toString('base64url') }, 200],
  'base64 of gzip': (s) => [0, 'POST https://shop.test/x', { data: b64(gzipSync(JSON.stringify({ user: s }))) }, 200],
  'base64 of brotli': (s) => [
    0,
    'POST https://shop.test/x',
    { data: b64(brotliCompressSync(JSON.stringify({ user: s }))) },
    200,
  ],
  hex: (s) => [0, 'POST https://shop.test/x', { data: Buffer.from(s).toString('hex') }, 200],
  percent: (s) => [0, 'POST https://shop.test/x', { data: encodeURIComponent(`${s}&${s}`) }, 200],
  'a form': (s) => [
    0,
    'POST https://shop.test/x',
    `a=1&email=${encodeURIComponent(s)}`,
    200,
    {},
    { headers: { 'Content-Type': 'application/x-www-form-urlencoded' } },
  ],
  multipart: (s) => [
    0,
    'POST https://shop.test/x',
    `--b\r\nContent-Disposition: form-data; name="who"; filename="${s.replaceAll(/["\r\n]/g, '')}"\r\n\r\n${s}\r\n--b--\r\n`,
    200,
    {},
    { headers: { 'Content-Type': 'multipart/form-data; boundary=b' } },
  ],
  XML: (s) => [
    0,
    'POST https://shop.test/x',
    `<order by="${s.replaceAll(/["<>&]/g, '')}"><to>${s.replaceAll(/[<>&]/g, '')}</to></order>`,
    200,
    {},
    { headers: { 'Content-Type': 'text/xml' } },
  ],
  lines: (s) => [
    0,
    'POST https://shop.test/x',
    `${JSON.stringify({ a: s })}\n${JSON.stringify({ b: s })}`,
    200,
    {},
    { headers: { 'Content-Type': 'application/x-ndjson' } },
  ],
  'a path': (s) => [0, `GET https://shop.test/users/${encodeURIComponent(s)}/orders`, undefined, 200],
  'a query': (s) => [0, `GET https://shop.test/x?q=${encodeURIComponent(s)}&ok=1`, undefined, 200],
  'an address in a field': (s) => [
    0,
    'POST https://shop.test/x',
    {
      next: `https://u:${encodeURIComponent(s)}@files.corp.example/a?key=${encodeURIComponent(s)}#${encodeURIComponent(s)}`,
    },
    200,
  ],
  'a header': (s) => [
    0,
    'GET https://shop.test/x',
    undefined,
    200,
    {},
    { headers: { 'X-Who': s.replaceAll('\n', ' ') } },
  ],
  'basic authentication': (s) => [
    0,
    'GET https://shop.test/x',
    undefined,
    200,
    {},
    { headers: { Authorization: `Basic ${b64(`ada:${s}`)}` } },
  ],
  'a bearer': (s) => [
    0,
    'GET https://shop.test/x',
    undefined,
    200,
    {},
    { headers: { Authorization: `Bearer ${s.replaceAll('\n', '')}` } },
  ],
  'a cookie': (s) => [
    0,
    'GET https://shop.test/x',
    undefined,
    200,
    {},
    { headers: { Cookie: `theme=dark; sid=${encodeURIComponent(s)}; who=${b64(JSON.stringify({ s }))}` } },
  ],
  "a token's claims": (s) => [
    0,
    'GET https://shop.test/x',
    undefined,
    200,
    {},
    {
      headers: {
        Authorization: `Bearer ${Buffer.from('{"alg":"HS256"}').toString('base64url')}.${Buffer.from(JSON.stringify({ sub: s })).toString('base64url')}.c2lnbmF0dXJl`,
      },
    },
  ],
  'an answer': (s) => [0, 'GET https://shop.test/x', undefined, 200, { status: 'ok', who: s, code: s }],
}

/** Every spelling of a secret that is in an output; of short ones only where they stand alone. */
const survivors = (outputs: readonly string[], secret: string): readonly string[] =>
  Object.entries(SPELLINGS).flatMap(([spelling, spell]) => {
    const spelt = spell(secret)
    return spelt.length >= 7 && outputs.some((text) => text.includes(spelt)) ? [spelling] : []
  })

test.each(Object.keys(CARRIERS))('no secret of any kind survives in %s, in any spelling', async (carrier) => {
  const secrets = Object.entries(SECRETS)
  const calls = secrets.map(([, secret], at) => {
    const [, ...rest] = CARRIERS[carrier]?.(secret) ?? [0, 'GET https://shop.test/', undefined, 200]
    return entry(at * 1_000, ...rest)
  })
  const { outputs, scenarios } = await importTexts([har(...calls)], { keepEvidence: true })
  expect(scenarios[0]?.when).toHaveLength(secrets.length)
  const texts = outputs.map(({ text }) => text)
  for (const [kind, secret] of secrets) {
    // A word with a digit is what programs call their fields: as a name, and only as one, it stays.
    if (carrier === 'the name of a field' && /^[\w-]{1,16}$/.test(secret)) continue
    // A key in several lines also stands line by line.
    for (const line of [secret, ...secret.split('\n')].filter((one) => one.length >= 6 && !/^-----.*-----$/.test(one)))
      expect(survivors(texts, line), `${kind} in ${carrier}`).toEqual([])
  }
})

test('that is more than a hundred kinds and carriers', () => {
  expect(Object.keys(SECRETS).length * Object.keys(CARRIERS).length).toBeGreaterThan(900)
})

test('the same customer stays the same customer, wherever and however it is told', () => {
  const redactor = make()
  const mail = 'ada.lovelace@corp.example'
  const clean = redactor.text(mail, 'email')
  expect(clean).not.toBe(mail)
  expect(redactor.json({ a: { b: [mail] } }, '')).toEqual({ a: { b: [clean] } })
  expect(redactor.text(`Dear ${mail}, hello`, 'note')).toContain(clean)
  expect(JSON.parse(redactor.text(JSON.stringify({ to: mail }), 'payload'))).toEqual({ to: clean })
  expect(Buffer.from(redactor.text(b64(JSON.stringify({ to: mail })), 'data'), 'base64').toString()).toBe(
    JSON.stringify({ to: clean }),
  )
  expect(
    gunzipSync(Buffer.from(redactor.text(b64(gzipSync(JSON.stringify({ to: mail }))), 'data'), 'base64')).toString(),
  ).toBe(JSON.stringify({ to: clean }))
  expect(decodeURIComponent(redactor.address(`/u/${encodeURIComponent(mail)}?e=${encodeURIComponent(mail)}`))).toBe(
    `/u/${clean}?e=${clean}`,
  )
  expect(
    Buffer.from(redactor.header('authorization', `Basic ${b64(`${mail}:pw-12345`)}`).slice(6), 'base64').toString(),
  ).toContain(`${clean}:`)
  expect(decodeURIComponent(redactor.header('cookie', `u=${encodeURIComponent(mail)}`))).toBe(`u=${clean}`)
  const claims =
    redactor
      .header(
        'authorization',
        `Bearer ${Buffer.from('{"alg":"HS256"}').toString('base64url')}.${Buffer.from(JSON.stringify({ email: mail })).toString('base64url')}.sig`,
      )
      .split('.')[1] ?? ''
  expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toEqual({ email: clean })
})

test('a token of a twin is signed anew over claims without secrets; the same token is the same afterwards', () => {
  const seen: unknown[] = []
  const redactor = createRedactor({
    key: 'k',
    vocabulary: new Set(['acme.okta.com']),
    resign: (claims) => {
      seen.push(claims)
      return `fresh.${seen.length}.signature`
    },
  })
  const claims = { iss: 'https://acme.okta.com/oauth2/default', sub: 'ada@corp.example', exp: 1_777_888_800 }
  const token = `${Buffer.from('{"alg":"RS256","kid":"k1"}').toString('base64url')}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2lnbmF0dXJl`
  expect(redactor.header('Authorization', `Bearer ${token}`)).toBe('Bearer fresh.1.signature')
  expect(redactor.json({ id_token: token }, '')).toEqual({ id_token: 'fresh.1.signature' })
  expect(seen[0]).toEqual({ ...claims, sub: redactor.text('ada@corp.example', 'email') })
})

test('two customers stay two, also of few letters, and in another case one is still one', () => {
  const redactor = make()
  const names = Array.from({ length: 26 * 26 }, (_, at) =>
    String.fromCharCode(97 + Math.floor(at / 26), 97 + (at % 26)),
  )
  const ids = Array.from({ length: 500 }, (_, at) => `o-${at}`)
  expect(new Set(ids.map((id) => redactor.text(id, 'id'))).size).toBe(500)
  expect(new Set(names.slice(0, 300).map((name) => redactor.text(name, 'name'))).size).toBe(300)
  expect(redactor.text('Ada', 'name').toLowerCase()).toBe(redactor.text('ada', 'user_name'))
  expect(redactor.text('ADA', 'name')).toBe(redactor.text('ada', 'name').toUpperCase())
})

test('substitutes keep their shape and hang on the key alone', () => {
  const redactor = make()
  const shape = (text: string): string =>
    text.replaceAll(/[a-z]/g, 'a').replaceAll(/[A-Z]/g, 'A').replaceAll(/\d/g, '0')
  for (const value of ['cus_Nf4k2Lq9Xw01', 'B-AL-1815', 'Ada', '00:1b:63:84:45:e6'])
    expect(redactor.text(value, 'x').length).toBe(value.length)
  expect(shape(redactor.text('B-AL-1815', 'plate'))).toBe('A-AA-0000')
  expect(redactor.text('cus_Nf4k2Lq9Xw01', 'customer')).toMatch(/^cus_[A-Z][a-z]\d[a-z]\d[A-Z][a-z]\d[A-Z][a-z]\d\d$/)
  expect(isIban(redactor.text(SECRETS.iban ?? '', 'iban').replaceAll(' ', ''))).toBe(true)
  expect(isLuhn(redactor.text(SECRETS.card ?? '', 'card').replaceAll(' ', ''))).toBe(true)
  expect(redactor.text(SECRETS.uuid ?? '', 'id')).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-9[0-9a-f]{3}-[0-9a-f]{12}$/,
  )
  expect(redactor.text(SECRETS['stripe-live'] ?? '', 'key')).toMatch(/^sk_test_\w{24}$/)
  expect(redactor.text(SECRETS.ipv4 ?? '', 'ip')).toMatch(/^192\.0\.2\.\d+$/)
  expect(make().text('ada@corp.example', 'x')).toBe(make().text('ada@corp.example', 'y'))
  expect(make([], 'other').text('ada@corp.example', 'x')).not.toBe(make().text('ada@corp.example', 'x'))
})

test("what is no secret stays: words of a protocol, times, sums, and what stands in the project's own files", () => {
  const redactor = make(['tea', 'pm_card_visa'])
  const body = {
    currency: 'eur',
    status: 'paid',
    created: '2026-05-04T10:00:00Z',
    amount: 4900,
    price: '49.00',
    ok: true,
    sku: 'tea',
    method: 'pm_card_visa',
    nothing: null,
    empty: '',
  }
  expect(redactor.json(body, '')).toEqual(body)
  expect(redactor.address('/v1/orders/batch?page=2&sort=created')).toBe('/v1/orders/batch?page=2&sort=created')
  expect(redactor.header('accept', 'text/html;q=0.9')).toBe('text/html;q=0.9')
  expect(redactor.text('{{login.body.token}}', 'authorization')).toBe('{{login.body.token}}')
})

test("numbers that are somebody's are replaced, others not", () => {
  const redactor = make()
  const clean = redactor.json(
    { pin: 4711, card: 5555341244441115, phone: 442079460958, amount: 4711, latitude: 52 },
    '',
  ) as Record<string, number>
  expect(clean.amount).toBe(4711)
  expect(clean.pin).not.toBe(4711)
  expect(String(clean.card)).not.toContain('5555341244441115')
  expect(clean.phone).not.toBe(442079460958)
})

test('a value that is a secret in one place is one in every other, also where words are kept', async () => {
  const first = entry(0, 'POST https://shop.test/login', { password: 'paid-in-full' }, 200)
  const second = entry(1_000, 'POST https://shop.test/orders', { status: 'paid-in-full' }, 200)
  const { outputs } = await importTexts([har(first, second)])
  expect(outputs.map(({ text }) => text).join()).not.toContain('paid-in-full')
})

test('a secret that is the name of a field somewhere and a value elsewhere is none of both afterwards', async () => {
  const named = entry(0, 'POST https://shop.test/x', { hunter2x: 1 }, 200)
  const valued = entry(1_000, 'POST https://shop.test/login', { password: 'hunter2x' }, 200)
  const { outputs } = await importTexts([har(named, valued)], { keepEvidence: true })
  expect(outputs.map(({ text }) => text).join()).not.toContain('hunter2x')
})

test('names of people in routes do not become names of steps', async () => {
  const { outputs } = await importTexts([
    har(entry(0, 'GET https://shop.test/users/lovelace/orders', undefined, 200, { name: 'lovelace' })),
  ])
  expect(outputs.map(({ text }) => text).join()).not.toContain('lovelace')
})
