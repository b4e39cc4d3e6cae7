import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import type { EvidenceKind } from '../../../scenarios/import/evidence.ts'
import { entry, fixture, har } from './support.ts'

const MONKEYS = '\n🐵🙈🙉\n'
const ORDER = { id: 'o-1', amount: 5, email: 'ada@corp.example' }

/** One good file of each kind, to be damaged. */
export const GOOD: readonly (readonly [EvidenceKind, Uint8Array])[] = [
  ['har', fixture('playwright.har')],
  [
    'har',
    Buffer.from(
      har(
        entry(0, 'POST https://shop.test/orders', ORDER, 502),
        entry(100, 'POST https://ledger.test/entries', { amount: 5 }, 0),
        entry(900, 'GET https://api.stripe.com/v1/customers/cus_Nf4k2Lq9Xw01', undefined, 200, {
          id: 'cus_Nf4k2Lq9Xw01',
        }),
      ),
    ),
  ],
  ['otlp', fixture('otlp.jsonl')],
  ['playwright', fixture('playwright-trace.zip')],
  ['nock', fixture('nock.json')],
  ['polly', fixture('polly.har')],
  [
    'goreplay',
    Buffer.from(
      [
        '1 aaaaaa01 1777888800000000000\nPOST /orders HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 7\r\n\r\n{"a":1}',
        '2 aaaaaa01 1777888800300000000 250000000\nHTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
      ].join(MONKEYS) + MONKEYS,
    ),
  ],
  [
    'access-log',
    Buffer.from(
      '83.149.9.216 - - [17/May/2026:10:05:03 +0000] "POST /orders HTTP/1.1" 502 2036 "http://x.test/" "Mozilla/5.0"\n{"time":1779012303250,"req":{"method":"PUT","url":"/a"},"res":{"statusCode":204}}\n',
    ),
  ],
  [
    'vcr',
    Buffer.from(
      'http_interactions:\n- request:\n    method: post\n    uri: https://ledger.test/entries\n    body: { encoding: UTF-8, string: "a=5" }\n    headers: { Content-Type: [a/b] }\n  response:\n    status: { code: 201 }\n    headers: {}\n    body: { string: ok }\n  recorded_at: Mon, 04 May 2026 10:00:00 GMT\n',
    ),
  ],
  [
    'curl',
    Buffer.from(
      'curl -X POST https://shop.test/a -H \'X-Key: k\' --data-raw $\'{"a":"\\u00fc"}\' && curl https://shop.test/b -u a:b\n',
    ),
  ],
]

/** Recordings that lie elsewhere on this machine, when BACKLOT_RECORDINGS says where. */
export function recordings(max: number): readonly (readonly [EvidenceKind, Uint8Array])[] {
  const folder = process.env.BACKLOT_RECORDINGS
  if (folder === undefined) return []
  const files = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.har'))
    .sort()
  const step = Math.max(1, Math.floor(files.length / max))
  return files
    .filter((_, at) => at % step === 0)
    .slice(0, max)
    .map((name) => ['har', readFileSync(join(folder, name))])
}

/** Texts that have broken readers of such files before, or might. */
const NASTY = [
  'null',
  '{}',
  '[]',
  '"',
  '\\',
  '\u0000',
  '\uFEFF',
  '-1',
  '1e999',
  '{{x}}',
  '<<: *a',
  '&a',
  '!!binary',
  '\n---\n',
  '\r\n\r\n',
  '../',
  '%',
  '%zz',
  '__proto__',
  'constructor',
  '🐵',
  '\ud800',
  '{'.repeat(600),
  '['.repeat(600),
  '9'.repeat(40),
  'ffffffff\r\n',
  '"kind":99',
  'a'.repeat(70_000),
]

export type Damage = {
  readonly file: number
  readonly edits: readonly {
    readonly at: number
    readonly what: number
    readonly with: number
    readonly length: number
  }[]
  readonly cutAt: number | null
}

/** A damaged file: bytes flipped, taken out, put in, doubled, nasty texts spliced in, the tail cut off. */
export const damages = (files: number): fc.Arbitrary<Damage> =>
  fc.record({
    file: fc.nat({ max: files - 1 }),
    edits: fc.array(
      fc.record({
        at: fc.nat({ max: 1_000_000 }),
        what: fc.nat({ max: 4 }),
        with: fc.nat({ max: 255 }),
        length: fc.nat({ max: 60 }),
      }),
      { maxLength: 6 },
    ),
    cutAt: fc.option(fc.nat({ max: 1_000_000 }), { freq: 3 }),
  })

export function damaged(good: Uint8Array, { edits, cutAt }: Damage): Uint8Array {
  let bytes: Uint8Array = Uint8Array.from(good)
  for (const edit of edits) {
    const at = bytes.length === 0 ? 0 : edit.at % bytes.length
    const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)]
    if (edit.what === 0) bytes = bytes.with?.(at, edit.with) ?? bytes
    else if (edit.what === 1) bytes = Buffer.concat([before, after.subarray(edit.length)])
    else if (edit.what === 2) bytes = Buffer.concat([before, Buffer.from([edit.with]), after])
    else if (edit.what === 3) bytes = Buffer.concat([before, after.subarray(0, edit.length), after])
    else bytes = Buffer.concat([before, Buffer.from(NASTY[edit.with % NASTY.length] ?? ''), after])
  }
  return cutAt === null || bytes.length === 0 ? bytes : bytes.subarray(0, cutAt % bytes.length)
}
