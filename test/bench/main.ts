/**
 * How fast runs are, against a peer in the same run on the same machine. `npm run bench` prints a table; ratios count, not milliseconds.
 */
import { BatchInterceptor } from '@mswjs/interceptors'
import { FetchInterceptor } from '@mswjs/interceptors/fetch'
import FakeTimers from '@sinonjs/fake-timers'
import { bubblewrap, sandboxStatus } from '../../runner/sandbox/bubblewrap.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import { createStage, type StageOptions } from '../../scenarios/stage.ts'
import { nodeSubject } from '../../scenarios/subject/process.ts'
import { ledger } from '../scenarios/support/ledger.ts'
import { call, fault, scenario } from '../scenarios/support/stories.ts'
import { REPOSITORY } from '../support/cli.ts'
import { app } from './orders.ts'

const { performance, setImmediate: realImmediate } = globalThis
const now = performance.now.bind(performance)
const body = { json: { amount: 5 } }
const story = scenario([
  fault({ on: 'ledger.entries.create', kind: 'status', status: 500, nth: 1 }),
  call('buy', '/orders', { body }),
])

type Row = { readonly what: string; readonly perSecond: number; readonly note: string }
const rows: Row[] = []

/** Runs something for a while, after a while of warming up; how often a second. */
async function rate(run: () => Promise<void>, warmMs = 700, measureMs = 2500): Promise<number> {
  for (const end = now() + warmMs; now() < end; ) await run()
  const startedMs = now()
  let count = 0
  while (now() - startedMs < measureMs) {
    await run()
    count += 1
  }
  return (count / (now() - startedMs)) * 1000
}

async function stageRate(
  isolation: StageOptions['isolation'],
  sandboxed: boolean,
  one: Scenario = story,
): Promise<number> {
  const wrap = sandboxed ? bubblewrap([REPOSITORY]) : undefined
  const stage = createStage({
    subject: (env) => nodeSubject({ cwd: REPOSITORY, entry: 'test/bench/subject.ts', env, wrap }),
    twins: [ledger],
    isolation,
  })
  try {
    return await rate(async () => {
      const run = await stage.run(one, { seed: '1' })
      if (run.answers.buy?.status !== 201) throw new Error(`expected 201, got ${run.ending.message}`)
    })
  } finally {
    stage.close()
  }
}

/** The peer: fake timers and an intercepted fetch around the same app, in this process. */
async function peerRate(): Promise<number> {
  const interceptor = new BatchInterceptor({ name: 'peer', interceptors: [new FetchInterceptor()] })
  let calls = 0
  interceptor.on('request', ({ controller }) => {
    calls += 1
    controller.respondWith(Response.json({ id: 'en_1', amount: 5 }, { status: calls % 2 === 1 ? 500 : 201 }))
  })
  interceptor.apply()
  try {
    return await rate(async () => {
      const clock = FakeTimers.install({
        now: Date.parse('2030-01-01T00:00:00Z'),
        toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'],
      })
      try {
        let status = 0
        const request = new Request('http://localhost/orders', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{"amount":5}',
        })
        const answered = Promise.resolve(app.fetch(request)).then((response) => {
          status = response.status
        })
        // Nobody can tell when the app is waiting for time: turn the loop and move the clock until it answers.
        while (status === 0) {
          await new Promise((resolve) => realImmediate(resolve))
          await clock.tickAsync(50)
        }
        await answered
        if (status !== 201) throw new Error(`expected 201, got ${status}`)
      } finally {
        clock.uninstall()
      }
    })
  } finally {
    interceptor.dispose()
  }
}

const peer = await peerRate()
rows.push({
  what: 'peer: fake timers and interceptors, in process',
  perSecond: peer,
  note: 'one world, no judge apart',
})
const keep = await stageRate('keep', false)
rows.push({ what: 'two processes, program kept', perSecond: keep, note: `${(keep / peer).toFixed(1)}x the peer` })
if (sandboxStatus().available) {
  const boxed = await stageRate('keep', true)
  rows.push({
    what: 'the same in the sandbox',
    perSecond: boxed,
    note: `${((boxed / keep) * 100).toFixed(0)} % of without`,
  })
}
const restart = await stageRate('restart', false)
rows.push({ what: 'two processes, program loaded again each run', perSecond: restart, note: 'the default' })
const fresh = await stageRate('fresh', false)
rows.push({
  what: 'a new process each run',
  perSecond: fresh,
  note: `${(restart / fresh).toFixed(0)}x slower than loading again`,
})

// A day: an order every ten minutes, on one program, in virtual time.
const day = scenario(
  Array.from({ length: 144 }, (_, at) => call(at === 0 ? 'buy' : `buy-${at}`, '/orders', { body, atMs: at * 600_000 })),
  { horizonMs: 86_400_000 },
)
const days = await stageRate('keep', false, day)
rows.push({
  what: 'a virtual day with 144 orders',
  perSecond: days,
  note: `${Math.round(86_400 * days).toLocaleString('en')}x real time`,
})

const width = Math.max(...rows.map(({ what }) => what.length))
for (const { what, perSecond, note } of rows)
  process.stdout.write(`${what.padEnd(width)}  ${perSecond.toFixed(1).padStart(8)} runs/s  ${note}\n`)
