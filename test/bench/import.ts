/**
 * How fast evidence of great size is imported, and in how much memory: `node test/bench/import.ts [MB]`. Makes the files itself, in
 * the system's folder for such, and removes them.
 */
import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { importEvidence } from '../../scenarios/import/import.ts'
import type { TwinDefinition } from '../../twins/twin.ts'
import { TWINS } from '../scenarios/import/support.ts'

const megabytes = Number(process.argv[2] ?? 1024)
const folder = mkdtempSync(join(tmpdir(), 'backlot-bench-'))
const START = Date.parse('2026-05-04T20:00:00Z')

/** Writes pieces until the file is large enough; `piece` is asked for one of some 100 KB at a time. */
async function write(
  name: string,
  bytes: number,
  piece: (at: number) => string,
  head = '',
  tail = '',
): Promise<string> {
  const path = join(folder, name)
  const stream = createWriteStream(path)
  stream.write(head)
  for (let at = 0, written = 0; written < bytes; at++) {
    const text = piece(at)
    written += text.length
    if (!stream.write(text)) await new Promise<void>((done) => stream.once('drain', () => done()))
  }
  stream.end(tail)
  await finished(stream)
  return path
}

const logLine = (n: number): string => {
  const at = new Date(START + n * 2)
  const time = `04/May/2026:${at.toISOString().slice(11, 19)} +0000`
  return `10.0.${n % 250}.${n % 199} - - [${time}] "${n % 7 === 0 ? 'POST' : 'GET'} /orders/${n % 9973}?page=${n % 10} HTTP/1.1" ${n % 100_003 === 100_000 ? 503 : 200} ${n % 4096} "https://shop.test/" "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"\n`
}
const record = (n: number): string => {
  const id = n.toString(16).padStart(24, 'a')
  const body = `{"id":"o-${n}","amount":${n % 5000},"items":["tea","cup"]}`
  const ns = `${BigInt(START + n * 2)}000000`
  return `1 ${id} ${ns}\nPOST /orders HTTP/1.1\r\nHost: shop.test\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}\n🐵🙈🙉\n2 ${id} ${ns} 1200000\nHTTP/1.1 ${n % 50_021 === 50_000 ? 500 : 201} X\r\nContent-Length: 2\r\n\r\n{}\n🐵🙈🙉\n`
}
const span = (n: number): string => {
  const server = n % 3 === 0
  const trace = Math.floor(n / 3)
    .toString(16)
    .padStart(32, '0')
  const ns = (ms: number): string => `${BigInt(START + Math.floor(n / 3) * 20 + ms)}000000`
  const lost = n % 30_001 === 30_000
  return JSON.stringify({
    traceId: trace,
    spanId: n.toString(16).padStart(16, '0'),
    parentSpanId: server ? '' : (n - (n % 3)).toString(16).padStart(16, '0'),
    name: 'x',
    kind: server ? 2 : 3,
    startTimeUnixNano: ns(n % 3),
    endTimeUnixNano: ns((n % 3) + 10),
    attributes: [
      { key: 'http.request.method', value: { stringValue: 'POST' } },
      { key: 'url.full', value: { stringValue: server ? 'https://shop.test/orders' : 'https://ledger.test/entries' } },
      ...(lost
        ? [{ key: 'error.type', value: { stringValue: 'ECONNRESET' } }]
        : [{ key: 'http.response.status_code', value: { intValue: '201' } }]),
    ],
  })
}
const many =
  (make: (n: number) => string, count: number, between = ''): ((at: number) => string) =>
  (at) =>
    Array.from({ length: count }, (_, n) => make(at * count + n)).join(between)

const peak = { bytes: 0 }
const watch = setInterval(() => {
  peak.bytes = Math.max(peak.bytes, process.memoryUsage().rss)
}, 50)

async function run(what: string, path: string): Promise<void> {
  globalThis.gc?.()
  peak.bytes = process.memoryUsage().rss
  const before = peak.bytes
  const fromMs = performance.now()
  const from = process.cpuUsage()
  const { nothing, scenarios, ledger } = await importEvidence([{ path }], {
    id: 'bench',
    twins: TWINS as readonly TwinDefinition<unknown>[],
    origins: ['https://shop.test'],
    service: undefined,
    timing: 'time',
    examples: [],
    defaults: {},
    key: 'bench',
    vocabulary: [],
    redact: true,
    callsMax: 1000,
    keepEvidence: false,
  })
  const seconds = (performance.now() - fromMs) / 1000
  const { user, system } = process.cpuUsage(from)
  // On a machine that others use too, time of the processor says more than time of the wall.
  const cpu = (user + system) / 1e6
  const mb = statSync(path).size / 1_048_576
  const [file] = ledger.evidence
  process.stdout.write(
    `${what.padEnd(12)} ${mb.toFixed(0).padStart(6)} MB  ${seconds.toFixed(1).padStart(6)} s  ${(mb / seconds).toFixed(0).padStart(4)} MB/s  ${(mb / cpu).toFixed(0).padStart(4)} MB a CPU second  peak RSS ${(peak.bytes / 1_048_576).toFixed(0)} MB (${(before / 1_048_576).toFixed(0)} before)  ${file?.calls.calls} calls, ${file?.calls.kept} kept, ${nothing ?? `${scenarios[0]?.when.length} steps`}\n`,
  )
}

try {
  const size = megabytes * 1_048_576
  for (const part of [0.1, 1]) await run('access log', await write('access.log', size * part, many(logLine, 500)))
  for (const part of [0.1, 1]) await run('GoReplay', await write('traffic.gor', size * part, many(record, 300)))
  const [head, tail] = [
    '{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},"scopeSpans":[{"spans":[',
    ']}]}]}',
  ]
  const spans = 100_000
  const bytes = span(1).length * spans
  await run(
    'trace',
    await write('trace.json', bytes, (at) => (at === 0 ? '' : ',') + many(span, 1000, ',')(at), head, tail),
  )
} finally {
  clearInterval(watch)
  rmSync(folder, { recursive: true, force: true })
}
