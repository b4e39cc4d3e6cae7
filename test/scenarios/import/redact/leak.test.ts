import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { LeakFound } from '../../../../scenarios/import/import.ts'
import { findLeaks } from '../../../../scenarios/import/redact/leak.ts'
import { entry, har, importTexts } from '../support.ts'
import { SECRETS, SPELLINGS } from './secrets.ts'

const originals = new Map([
  [SECRETS['stripe-live'] ?? '', { type: 'stripe-key', strong: true }],
  ['hunter2x', { type: 'secret', strong: true }],
  ['ada@corp.example', { type: 'email', strong: true }],
])
const leaksIn = (text: string): readonly string[] => findLeaks({ out: text }, originals).map(({ type }) => type)

test.each(Object.keys(SPELLINGS))('a secret that was left in %s is found', (spelling) => {
  for (const [value, { type }] of originals) {
    const spelt = SPELLINGS[spelling]?.(value) ?? ''
    expect(leaksIn(`before ${spelt} after`), value).toContain(type)
    expect(leaksIn(`{"a":"${spelt}"}`), value).toContain(type)
  }
})

test.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['brotli', brotliCompressSync],
])('a secret that was left in %s, in base64, in JSON in JSON, is found', (_, pack) => {
  const inner = JSON.stringify({ mail: 'ada@corp.example' })
  const packed = Buffer.from(pack(JSON.stringify({ inner }))).toString('base64url')
  expect(leaksIn(JSON.stringify({ outer: JSON.stringify({ packed }) }))).toContain('email')
})

test('nothing is found where nothing is; four letters count only where they stand alone', () => {
  expect(leaksIn('hunter3x and ada@corp.test and sk_live_something')).toEqual([])
  const short = new Map([['rose', { type: 'text', strong: true }]])
  expect(findLeaks({ out: 'primroses prosecute' }, short)).toEqual([])
  expect(findLeaks({ out: 'a rose' }, short)).toHaveLength(1)
})

test('a leak is told by its kind and place and never by itself', () => {
  const [leak] = findLeaks({ 'a.json': Buffer.from('hunter2x').toString('base64') }, originals)
  expect(leak).toEqual({ type: 'secret', output: 'a.json', through: ['base64'] })
})

test('where a secret survives, nothing is written', async () => {
  const token = SECRETS.jwt ?? ''
  const call = entry(
    0,
    'GET https://shop.test/me',
    undefined,
    200,
    { email: 'grace@navy.mil' },
    { headers: { Authorization: `Bearer ${token}` } },
  )
  // Planted: a signer that puts a claim of the night into what it signs.
  const resign = (): string =>
    `eyJhbGciOiJIUzI1NiJ9.${Buffer.from('{"email":"grace@navy.mil"}').toString('base64url')}.x`
  const failed = await importTexts([har(call)], { resign }).catch((error: unknown) => error)
  expect(failed).toBeInstanceOf(LeakFound)
  expect((failed as LeakFound).leaks).toContainEqual(
    expect.objectContaining({ type: 'email', output: 'night.scenario.md' }),
  )
  expect(String(failed)).not.toContain('grace')
  expect((await importTexts([har(call)])).outputs).toHaveLength(2)
})
