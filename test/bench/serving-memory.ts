/**
 * Memory of a server of twins, after collecting: `node --expose-gc test/bench/serving-memory.ts [twin]`. What a namespace takes that was used once
 * (1,000 of them), and what it takes after so many requests: a server that runs for weeks must not grow. Exit 1 when the second half of
 * the requests leaves more than a megabyte behind.
 */
import { createNamespaces, type Namespaces } from '../../runner/serve/namespaces.ts'
import { twinByName } from '../../runner/twins-by-name.ts'

const NAMESPACES = 1_000
const REQUESTS = Number(process.env.BENCH_N ?? 200_000)
const GROWTH_MAX = 1_000_000

const name = process.argv[2] ?? 'stripe'
const definition = await twinByName(name)
if (definition === undefined) throw new Error(`expected a twin, got "${name}"`)
const { gc } = globalThis
if (gc === undefined) throw new Error('expected node --expose-gc, got none')

const open = (): Namespaces =>
  createNamespaces({ definitions: [definition], seeds: {}, seed: '1', latency: false, now: () => 1_893_456_000_000 })
const heap = (): number => {
  gc()
  gc()
  return process.memoryUsage().heapUsed
}
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

const one = (namespaces: Namespaces, at: string): Promise<unknown> =>
  namespaces.at(at).network.handle({
    step: 'bench',
    method: 'GET',
    url: 'https://api.stripe.com/v1/customers/cus_1',
    headers: [['Authorization', 'Bearer sk_test_123']],
    body: new Uint8Array(),
  })

const many = open()
await one(many, 'first')
const before = heap()
for (let nth = 0; nth < NAMESPACES; nth++) await one(many, `test-${nth}`)
const each = (heap() - before) / NAMESPACES
process.stdout.write(`${NAMESPACES} namespaces: ${(each / 1000).toFixed(0)} kB each\n`)
for (const { name: known } of many.all()) many.remove(known)
process.stdout.write(`after they were removed: ${megabytes(heap() - before)} more than before\n`)

const soaked = open()
const seen: number[] = []
for (let half = 0; half < 2; half++) {
  for (let nth = 0; nth < REQUESTS / 2; nth++) await one(soaked, 'soak')
  seen.push(heap())
}
const [first = 0, second = 0] = seen
const grown = second - first
process.stdout.write(`${REQUESTS.toLocaleString('en')} requests: the second half left ${megabytes(grown)} behind\n`)
process.exitCode = grown > GROWTH_MAX ? 1 : 0
