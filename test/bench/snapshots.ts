/**
 * Snapshot and restore of 100,000 entities, for every twin: `node test/bench/snapshots.ts [twin]`. State that requests could have made
 * comes out of text into one world, a snapshot of it is taken, and given back into another world; beside it, what it takes to look at
 * all rows for the first time, and `structuredClone` of the same rows. Medians of processor time; the aim is under 100 ms each.
 */
import { twinByName } from '../../runner/twins-by-name.ts'
import type { Json } from '../../twins/trace.ts'
import { createWorld } from '../../twins/world.ts'

const ENTITIES = Number(process.env.BENCH_N ?? 100_000)
const ROUNDS = 7
const AIM_MS = 100

type Row = { readonly [field: string]: Json }
type Snapshot = { readonly [table: string]: readonly Json[] }
/** What a twin starts from, which list its many rows stand in, and the n-th of them, made of the first one where there is one. */
type Recipe = {
  readonly seed: object
  readonly table: string
  readonly row: (first: Row, n: number) => Json
}

const message = {
  queue: 'jobs',
  region: 'us-east-1',
  body: '{"job":1}',
  attributes: {},
  trace_header: null,
  group: null,
}
const RECIPES: Readonly<Record<string, Recipe>> = {
  stripe: {
    seed: { customers: [{ id: 'cus_1', email: 'ann@example.com' }] },
    table: 'customers',
    row: (first, n) => ({ ...first, id: `cus_${n}` }),
  },
  openai: {
    seed: {},
    table: 'conversations',
    row: (_, n) => ({ id: `conv_${n}`, created_at: 1_893_456_000, metadata: {}, items: [] }),
  },
  anthropic: {
    seed: {},
    table: 'messages',
    row: (_, n) => ({ id: `msg_${n}`, model: 'claude-opus-5', input_tokens: 9, output_tokens: 70, created_ms: n }),
  },
  okta: {
    seed: {},
    table: 'users',
    row: (first, n) => ({ ...first, id: `00u${n}`, profile: { ...(first.profile as Row), login: `u${n}@acme.test` } }),
  },
  slack: { seed: {}, table: 'users', row: (first, n) => ({ ...first, id: `U${n}`, name: `u${n}` }) },
  jira: {
    seed: { projects: [{ key: 'ONB' }], issues: [{ project: 'ONB', summary: 'First' }] },
    table: 'issues',
    row: (first, n) => ({ ...first, id: String(10_000 + n), key: `ONB-${n + 1}` }),
  },
  google: {
    seed: { files: [{ name: 'plan.txt', content: 'hello' }] },
    table: 'files',
    row: (first, n) => ({ ...first, id: `file${n}` }),
  },
  github: {
    seed: { users: [{ login: 'ada' }] },
    table: 'users',
    row: (first, n) => {
      const [, row] = first as unknown as readonly [string, Row]
      return [`u${n}`, { ...row, login: `u${n}`, id: n, node_id: `U_${n}` }]
    },
  },
  s3: {
    seed: { buckets: [{ name: 'photos', objects: [{ key: 'a', text: 'hello' }] }] },
    table: 'objects',
    row: (first, n) => ({ ...first, key: `photos/${n}` }),
  },
  sqs: {
    seed: { queues: [{ name: 'jobs' }] },
    table: 'messages',
    row: (_, n) => ({
      ...message,
      id: `m${n}`,
      deduplication: null,
      sequence: null,
      sent_ms: n,
      visible_ms: n,
      receives: 0,
      first_received_ms: null,
      last_received_ms: null,
      receipt: null,
      given_up_in: null,
    }),
  },
  sendgrid: {
    seed: {},
    table: 'contacts',
    row: (_, n) => ({ id: `c${n}`, email: `u${n}@acme.test`, fields: {}, lists: [], created_ms: n, updated_ms: n }),
  },
  postgres: {
    seed: {
      sql: 'create table orders (id int primary key, customer text, total numeric(10, 2), paid boolean, at timestamptz)',
      tables: { orders: [{ id: 0, customer: 'cus_1', total: 12.5, paid: true, at: '2030-01-01T00:00:00Z' }] },
    },
    table: 'orders',
    row: (first, n) => ({ ...first, id: n }),
  },
  twilio: { seed: {}, table: 'media', row: (_, n) => ({ id: `ME${n}`, message: 'SM1', content_type: 'image/png' }) },
}

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0

function took(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

/** From text, snapshot, given back, first look, structuredClone. */
type Measures = readonly [number, number, number, number, number]

async function measure(name: string, recipe: Recipe): Promise<Measures> {
  const definition = await twinByName(name)
  if (definition === undefined) throw new Error(`expected a twin, got "${name}"`)
  const open = (): ReturnType<typeof definition.create> =>
    definition.create(createWorld({ seed: '1', startsAt: '2030-01-01T00:00:00Z' }), definition.seed.parse(recipe.seed))
  const base = open().snapshot() as Snapshot
  const first = base[recipe.table]?.[0] as Row
  const many = Array.from({ length: ENTITIES }, (_, n) => recipe.row(first, n))
  const text = JSON.stringify({ ...base, [recipe.table]: many })
  const rounds = Array.from({ length: ROUNDS }, (): Measures => {
    const given: Json = JSON.parse(text)
    const twin = open()
    const fromText = took(() => twin.restore(given))
    let kept: Json = null
    const snapshot = took(() => {
      kept = twin.snapshot()
    })
    const other = open()
    // An engine that is shared starts when it is needed.
    other.snapshot()
    const back = took(() => other.restore(kept))
    let rows = 0
    const look = took(() => {
      rows = (kept as unknown as Snapshot)[recipe.table]?.length ?? 0
    })
    if (rows !== ENTITIES || (other.snapshot() as Snapshot)[recipe.table]?.length !== ENTITIES)
      throw new Error(`${name}: expected all rows`)
    return [fromText, snapshot, back, look, took(() => void structuredClone(kept))]
  })
  return [0, 1, 2, 3, 4].map((at) => median(rounds.map((round) => round[at] ?? 0))) as unknown as Measures
}

const wanted = process.argv.slice(2)
process.stdout.write(
  `${ENTITIES.toLocaleString('en')} entities, ms   from text  snapshot given back  look     structuredClone\n`,
)
let missed = false
for (const [name, recipe] of Object.entries(RECIPES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  const measures = await measure(name, recipe).catch((error: Error) => {
    // A schema tells of every row.
    throw new Error(error.message.slice(0, 300))
  })
  const late = measures.slice(0, 3).some((ms) => ms > AIM_MS)
  missed ||= late
  const columns = measures.map((ms) => ms.toFixed(0).padStart(10)).join('')
  process.stdout.write(`${name.padEnd(22)}${columns}${late ? '   over the aim' : ''}\n`)
}
process.exitCode = missed ? 1 : 0
