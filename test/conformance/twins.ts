import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { expect, test } from 'vitest'
import type { ZodType } from 'zod'
import { toUnits } from '../../twins/money.ts'
import { createNetwork } from '../../twins/network.ts'
import { RouteTable } from '../../twins/route-table.ts'
import { canonical, type Json } from '../../twins/trace.ts'
import { NotModelled, type Twin, type TwinDefinition } from '../../twins/twin.ts'
import { createWorld, type RunnableWorld } from '../../twins/world.ts'

/** A twin in a world of its own, and a way to send it requests as a subject would. */
export type Stage = {
  readonly world: RunnableWorld
  readonly twin: Twin
  /** Through the network kit, so that the trace has it; a fault that breaks the connection rejects. */
  readonly send: (request: Request) => Promise<Response>
  /** A word for names of the story's own; the same in the same telling, and no other telling uses it. */
  readonly word: () => string
}

export type TwinTests<Seed> = {
  readonly twin: TwinDefinition<Seed>
  /** Where the story starts; `{}` by default. */
  readonly seed?: Seed
  /**
   * Requests that use much of the twin, billable acts among them. It must be possible to tell it again where it has happened already, on
   * one stage or in another world that has its snapshot: what must have a name of its own is named by `stage.word()`.
   */
  readonly story: (stage: Stage) => Promise<void>
  /** For each row of the gaps that is no stated assumption (`Assumed: …`): an act that runs into it. */
  readonly gaps: Readonly<Record<string, (stage: Stage) => unknown>>
  /** The body of an error answer, as parsed JSON; as text where it is none. */
  readonly failureBody: ZodType
  /** A request for each operation, where more than method and path tell operations apart. */
  readonly requests?: Readonly<Record<string, Request>>
  /** Tests that do not apply, with the reason. One that would pass all the same fails the suite. */
  readonly skip?: readonly { readonly test: string; readonly reason: string }[]
}

/** A world with `twin` in it, whose deliveries are taken after 10 ms. Words begin with `teller`. */
export function setStage<Seed>(
  tests: Pick<TwinTests<Seed>, 'twin' | 'seed'>,
  worldSeed = 'conformance',
  teller = 'first',
): Stage {
  const world: RunnableWorld = createWorld({
    seed: worldSeed,
    startsAt: '2030-01-01T00:00:00Z',
    courier: (_, done) => void world.clock.schedule(10, () => done({ kind: 'answer', status: 200, body: '' })),
  })
  const seed = tests.twin.seed.parse(tests.seed ?? {})
  const definition = tests.twin as unknown as TwinDefinition<unknown> // The network hands back the seed it was given.
  const network = createNetwork(world, [{ definition, seed }])
  const twin = network.twins.get(tests.twin.name)
  if (twin === undefined) throw new Error(`expected a twin named ${tests.twin.name}`)
  let words = 0
  return {
    world,
    twin,
    word: () => `${teller}-${++words}`,
    async send(request) {
      const answer = await network.handle({
        step: 'story',
        method: request.method,
        url: request.url,
        headers: [...request.headers],
        body: new Uint8Array(await request.arrayBuffer()),
      })
      if (answer.kind !== 'response') throw new TypeError(`expected an answer, got ${answer.kind}`)
      const body = Buffer.concat(answer.chunks.map(({ bytes }) => bytes))
      const init = {
        status: answer.status,
        headers: answer.headers.map(([name, value]): [string, string] => [name, value]),
      }
      return new Response(body.length === 0 ? null : body, init)
    },
  }
}

/** Runs `act` while everything that is real throws. */
export async function withoutReality(act: () => Promise<void>): Promise<void> {
  const forbid = (what: string) => (): never => {
    throw new Error(`expected time and chance from the world, got ${what}`)
  }
  const RealDate = Date
  class VirtualDate extends RealDate {
    constructor(...given: readonly unknown[]) {
      if (given.length === 0) forbid('new Date()')()
      // What a Date can be made of is Date's own business.
      super(...(given as [number]))
    }
    static override now: () => number = forbid('Date.now()')
  }
  const undo: (() => void)[] = []
  const replace = (owner: object, name: string, value: unknown): void => {
    const old = Object.getOwnPropertyDescriptor(owner, name)
    if (old === undefined) return
    Object.defineProperty(owner, name, { configurable: true, writable: true, value })
    undo.push(() => void Object.defineProperty(owner, name, old))
  }
  replace(globalThis, 'Date', VirtualDate)
  replace(Math, 'random', forbid('Math.random()'))
  for (const name of ['setTimeout', 'setInterval', 'fetch']) replace(globalThis, name, forbid(`${name}()`))
  replace(Object.getPrototypeOf(performance), 'now', forbid('performance.now()'))
  replace(process, 'hrtime', Object.assign(forbid('process.hrtime()'), { bigint: forbid('process.hrtime()') }))
  for (const name of ['randomBytes', 'randomInt', 'randomUUID', 'randomFillSync'])
    replace(crypto, name, forbid(`crypto.${name}()`))
  replace(Crypto.prototype, 'getRandomValues', forbid('crypto.getRandomValues()'))
  replace(Crypto.prototype, 'randomUUID', forbid('crypto.randomUUID()'))
  syncBuiltinESMExports()
  try {
    await act()
  } finally {
    for (const back of undo.reverse()) back()
    syncBuiltinESMExports()
  }
}

type Check = <Seed>(tests: TwinTests<Seed>) => Promise<void>

const told = async <Seed>(tests: TwinTests<Seed>, worldSeed?: string): Promise<Stage> => {
  const stage = setStage(tests, worldSeed)
  await tests.story(stage)
  return stage
}

/** Operations and their routes, as the twin registers them with the kit. */
function routesOf<Seed>(
  tests: TwinTests<Seed>,
): readonly { readonly operation: string; readonly method: string; readonly path: string }[] {
  const seen: { operation: string; method: string; path: string }[] = []
  const { add } = RouteTable.prototype
  RouteTable.prototype.add = function (method: string, path: string, handler: unknown) {
    // The kit keeps two tables: one of handlers, one of operation names.
    if (typeof handler === 'string') seen.push({ operation: handler, method, path })
    add.call(this, method, path, handler)
  }
  try {
    setStage(tests)
  } finally {
    RouteTable.prototype.add = add
  }
  return seen
}

const isJson = (text: string): boolean => /^\s*[[{]/.test(text)

/** What every twin promises, by name. */
export const CHECKS: Readonly<Record<string, Check>> = {
  'the same story gives the same trace, another seed another one': async (tests) => {
    const first = await told(tests)
    const again = await told(tests)
    expect(first.world.trace.events.length).toBeGreaterThan(0)
    expect(again.world.trace.hash()).toBe(first.world.trace.hash())
    expect(canonical(again.twin.snapshot())).toBe(canonical(first.twin.snapshot()))
    expect((await told(tests, 'another')).world.trace.hash()).not.toBe(first.world.trace.hash())
  },
  'a snapshot is plain data, a copy, and restores to itself': async (tests) => {
    const stage = await told(tests)
    const snapshot = stage.twin.snapshot()
    const text = canonical(snapshot)
    const plain: Json = JSON.parse(JSON.stringify(snapshot))
    expect(canonical(plain)).toBe(text)
    const fresh = setStage(tests, 'another', 'second')
    expect(canonical(fresh.twin.snapshot())).not.toBe(text)
    fresh.twin.restore(plain)
    expect(canonical(fresh.twin.snapshot())).toBe(text)
    await tests.story(stage)
    expect(canonical(snapshot), 'the snapshot changed as the twin went on').toBe(text)
    expect(canonical(fresh.twin.snapshot()), 'two twins share state').toBe(text)
    stage.twin.restore(plain)
    expect(canonical(stage.twin.snapshot())).toBe(text)
    await tests.story(fresh)
    expect(canonical(fresh.twin.snapshot())).not.toBe(text)
    expect(canonical(plain), 'the snapshot changed as a twin that was restored from it went on').toBe(text)
    expect(canonical(stage.twin.snapshot()), 'two that were restored from one snapshot share state').toBe(text)
  },
  'an unknown route rejects, and has no operation': async (tests) => {
    const { twin, send } = setStage(tests)
    for (const origin of tests.twin.origins) {
      for (const method of ['GET', 'POST', 'DELETE']) {
        const url = `${origin.replaceAll('*', 'any')}/no/such/route`
        expect(twin.operationOf(method, new URL(url))).toBeUndefined()
        await expect((async () => twin.fetch(new Request(url, { method })))()).rejects.toThrow(NotModelled)
        await expect(send(new Request(url, { method }))).rejects.toThrow(NotModelled)
      }
    }
  },
  'every gap is run into, or is a stated assumption': async (tests) => {
    const rows = new Map(tests.twin.gaps.map((row) => [row.what, row.why]))
    expect(rows.size, 'two gaps have one name').toBe(tests.twin.gaps.length)
    const open = [...rows].filter(([, why]) => !why.startsWith('Assumed:')).map(([what]) => what)
    expect(Object.keys(tests.gaps).sort()).toEqual(open.sort())
    for (const [what, act] of Object.entries(tests.gaps)) {
      const stage = setStage(tests)
      const outcome: unknown = await (async () => act(stage))().catch((error: unknown) => error)
      expect(outcome, what).toBeInstanceOf(NotModelled)
      expect(String(outcome), what).toContain(`does not model ${what}. ${rows.get(what)}`)
    }
  },
  'every operation has a route, and every route an operation': async (tests) => {
    if (tests.requests !== undefined) {
      const { twin } = setStage(tests)
      expect(Object.keys(tests.requests).sort()).toEqual([...tests.twin.operations].sort())
      for (const [operation, { method, url, headers }] of Object.entries(tests.requests))
        expect(twin.operationOf(method, new URL(url), (name) => headers.get(name) ?? undefined)).toBe(operation)
      return
    }
    const routes = routesOf(tests)
    expect([...new Set(routes.map(({ operation }) => operation))].sort()).toEqual([...tests.twin.operations].sort())
    const { twin } = setStage(tests)
    const [origin = ''] = tests.twin.origins
    for (const { operation, method, path } of routes) {
      const url = new URL(origin.replace('*', 'any') + path.replaceAll(/:\w+/g, 'id_1'))
      expect(twin.operationOf(method, url), `${method} ${path}`).toBe(operation)
    }
  },
  'every billable act of the story has a price, and every price a source': async (tests) => {
    const { world } = await told(tests)
    expect(world.money.bill.unpriced).toEqual([])
    if (tests.twin.prices.length > 0) expect(world.money.bill.lines.length).toBeGreaterThan(0)
    for (const { sku, rate, fixed, source, readOn } of tests.twin.prices) {
      expect(toUnits(rate) >= 0n && toUnits(fixed) >= 0n, sku).toBe(true)
      expect(() => new URL(source), sku).not.toThrow()
      expect(readOn, sku).toMatch(/^20\d\d-\d\d-\d\d$/)
    }
  },
  'events of the story are listed, and so are operations': async (tests) => {
    const { world } = await told(tests)
    const { name } = tests.twin
    const listed = [...tests.twin.operations, ...tests.twin.events, 'answer'].map((one) => `${name}.${one}`)
    const own = world.trace.events.map(({ type }) => type).filter((type) => type.startsWith(`${name}.`))
    expect([...new Set(own)].filter((type) => !listed.includes(type))).toEqual([])
  },
  'an injected failure has the vendor’s shape': async (tests) => {
    const { twin } = setStage(tests)
    for (const status of [429, 500, 503]) {
      const failed = twin.failure(status, 7_000)
      expect(failed.status).toBe(status)
      expect(failed.headers.get('Retry-After')).toBe('7')
      const text = await failed.text()
      expect(tests.failureBody.safeParse(isJson(text) ? JSON.parse(text) : text).error?.message).toBeUndefined()
      expect(twin.failure(status).headers.get('Retry-After')).toBeNull()
    }
  },
  'no real clock, chance or network is used': (tests) => withoutReality(async () => void (await told(tests))),
  'an event nobody has heard of is refused': async (tests) => {
    const { twin } = setStage(tests)
    expect(() => twin.happen('no.such.event', {})).toThrow(/no\.such\.event/)
  },
}

/** Registers all checks for one twin. */
export function runTwinTests<Seed>(tests: TwinTests<Seed>): void {
  const skipped = new Map(tests.skip?.map((one) => [one.test, one.reason]))
  for (const name of skipped.keys())
    if (CHECKS[name] === undefined) throw new Error(`skip: expected a check, got "${name}".`)
  for (const [name, check] of Object.entries(CHECKS)) {
    const reason = skipped.get(name)
    if (reason === undefined) test(`${tests.twin.name}: ${name}`, () => check(tests))
    else {
      test(`${tests.twin.name}: ${name} (skipped: ${reason})`, async () => {
        await expect(check(tests), 'the skipped test passes: take it off the list').rejects.toThrow()
      })
    }
  }
}
