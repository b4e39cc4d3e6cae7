import { expect, test } from 'vitest'
import type { Claim, WorkQueue } from '../../../runner/queue/queue.ts'

/** An adapter under test: each opening is another connection to the same jobs. `clock` is what it reads. */
export type Adapter = {
  readonly name: string
  /** Jobs may be claimed three times. */
  open(clock: { nowMs: number }): { connect(): WorkQueue; close(): Promise<void> }
}

const LEASE_MS = 1000
const jobs = (...ids: readonly string[]) => ids.map((id) => ({ id, payload: { work: id } }))
const only = (claims: readonly Claim[]): Claim => {
  expect(claims).toHaveLength(1)
  const [claim] = claims
  if (claim === undefined) throw new Error('expected a claim')
  return claim
}

/** The promises every adapter keeps. */
export function runQueueTests({ name, open }: Adapter): void {
  const check = (
    title: string,
    body: (place: { clock: { nowMs: number }; connect(): WorkQueue; queue: WorkQueue }) => Promise<void>,
  ): void =>
    test(`${name}: ${title}`, async () => {
      const clock = { nowMs: 1_000_000 }
      const place = open(clock)
      try {
        await body({ clock, connect: place.connect, queue: place.connect() })
      } finally {
        await place.close()
      }
    })

  check('a job that is added twice is one job, also after it is done', async ({ queue }) => {
    expect(await queue.enqueueMany(jobs('a', 'b', 'a'))).toBe(2)
    expect(await queue.enqueueMany(jobs('a', 'c'))).toBe(1)
    for (const claim of await queue.claim(9, LEASE_MS)) await queue.complete(claim, 'ok')
    expect(await queue.enqueueMany(jobs('a', 'b', 'c'))).toBe(0)
    expect(await queue.stats()).toEqual({ ready: 0, leased: 0, done: 3, dead: 0, divergent: 0 })
  })

  check('jobs come in the order of their ids, with what was put in', async ({ queue }) => {
    await queue.enqueueMany(jobs('c', 'a', 'b'))
    expect(await queue.claim(2, LEASE_MS)).toEqual([
      { id: 'a', payload: { work: 'a' }, attempt: 1 },
      { id: 'b', payload: { work: 'b' }, attempt: 1 },
    ])
  })

  check('two claimers never share a job', async ({ queue, connect }) => {
    await queue.enqueueMany(jobs(...Array.from({ length: 40 }, (_, at) => `job-${at}`)))
    const other = connect()
    const seen: string[] = []
    for (let round = 0; round < 10; round++) {
      const [mine, theirs] = await Promise.all([queue.claim(2, LEASE_MS), other.claim(2, LEASE_MS)])
      seen.push(...mine.map(({ id }) => id), ...theirs.map(({ id }) => id))
    }
    expect(new Set(seen).size).toBe(40)
    expect(seen).toHaveLength(40)
  })

  check('a lease that ends gives the job to another, as its next attempt', async ({ queue, connect, clock }) => {
    await queue.enqueueMany(jobs('a'))
    await queue.claim(1, LEASE_MS)
    expect(await connect().claim(1, LEASE_MS)).toEqual([])
    clock.nowMs += LEASE_MS
    expect(await connect().claim(1, LEASE_MS), 'the last millisecond still counts').toEqual([])
    clock.nowMs += 1
    expect(only(await connect().claim(1, LEASE_MS)).attempt).toBe(2)
  })

  check('a heartbeat holds a job past its lease', async ({ queue, connect, clock }) => {
    await queue.enqueueMany(jobs('a'))
    const claim = only(await queue.claim(1, LEASE_MS))
    clock.nowMs += 900
    expect(await queue.heartbeat(claim, LEASE_MS)).toBe(true)
    clock.nowMs += 900
    expect(await connect().claim(1, LEASE_MS)).toEqual([])
    expect(await queue.complete(claim, 'ok')).toBe('stored')
  })

  check('who has lost a job can neither complete, fail nor hold it', async ({ queue, connect, clock }) => {
    await queue.enqueueMany(jobs('a'))
    const stale = only(await queue.claim(1, LEASE_MS))
    clock.nowMs += LEASE_MS + 1
    const other = connect()
    const live = only(await other.claim(1, LEASE_MS))
    expect(await queue.heartbeat(stale, LEASE_MS)).toBe(false)
    expect(await queue.fail(stale, 'too late')).toBe(false)
    expect(await queue.complete(stale, 'stale')).toBe('stale')
    expect(await queue.result('a')).toBeUndefined()
    expect((await queue.stats()).leased).toBe(1)
    expect(await other.complete(live, 'live')).toBe('stored')
    expect(await queue.result('a')).toBe('live')
  })

  check('a late completion counts as long as nobody else has the job', async ({ queue, clock }) => {
    await queue.enqueueMany(jobs('a'))
    const claim = only(await queue.claim(1, LEASE_MS))
    clock.nowMs += 10 * LEASE_MS
    expect(await queue.complete(claim, 'late')).toBe('stored')
    expect(await queue.claim(1, LEASE_MS)).toEqual([])
  })

  check('a second result that is equal changes nothing, one that differs is kept and told', async (place) => {
    const { queue, connect, clock } = place
    await queue.enqueueMany(jobs('a'))
    const stale = only(await queue.claim(1, LEASE_MS))
    clock.nowMs += LEASE_MS + 1
    const live = only(await connect().claim(1, LEASE_MS))
    expect(await queue.complete(live, { hash: 'x', n: 1 })).toBe('stored')
    expect(await queue.complete(stale, { n: 1, hash: 'x' })).toBe('same')
    expect(await queue.divergences()).toEqual([])
    expect(await queue.complete(stale, { n: 1, hash: 'y' })).toBe('divergent')
    expect(await queue.result('a')).toEqual({ hash: 'x', n: 1 })
    expect(await queue.divergences()).toEqual([
      { id: 'a', attempt: 1, result: { hash: 'y', n: 1 }, first: { hash: 'x', n: 1 } },
    ])
    expect(await queue.stats()).toMatchObject({ done: 1, divergent: 1 })
  })

  check('a job that fails three times is dead', async ({ queue }) => {
    await queue.enqueueMany(jobs('poison'))
    for (let attempt = 1; attempt <= 3; attempt++)
      expect(await queue.fail(only(await queue.claim(1, LEASE_MS)), 'it breaks')).toBe(true)
    expect(await queue.claim(1, LEASE_MS)).toEqual([])
    expect(await queue.stats()).toMatchObject({ dead: 1, ready: 0, leased: 0 })
  })

  check('a job that is abandoned on its last attempt is dead too', async ({ queue, clock }) => {
    await queue.enqueueMany(jobs('poison'))
    for (let attempt = 1; attempt <= 3; attempt++) {
      expect(only(await queue.claim(1, LEASE_MS)).attempt).toBe(attempt)
      clock.nowMs += LEASE_MS + 1
    }
    expect(await queue.claim(1, LEASE_MS)).toEqual([])
    expect(await queue.stats()).toMatchObject({ dead: 1, leased: 0 })
  })

  check('a clock that steps back takes no job away', async ({ queue, connect, clock }) => {
    await queue.enqueueMany(jobs('a'))
    const claim = only(await queue.claim(1, LEASE_MS))
    clock.nowMs -= 3_600_000
    expect(await connect().claim(1, LEASE_MS)).toEqual([])
    expect(await queue.complete(claim, 'ok')).toBe('stored')
  })
}
