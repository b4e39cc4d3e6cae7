import { timingSafeEqual } from 'node:crypto'
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { toMs } from '../../scenarios/parse/schema.ts'
import { FAULT_KINDS, type Fault } from '../../twins/faults.ts'
import { totals } from '../../twins/money.ts'
import { digest, type Json } from '../../twins/trace.ts'
import type { TwinDefinition } from '../../twins/twin.ts'
import { nameOfCredential } from './address.ts'
import type { Namespace, Namespaces } from './namespaces.ts'
import { PAGE } from './page.ts'

export type AdminOptions = {
  readonly definitions: readonly TwinDefinition<unknown>[]
  readonly namespaces: Namespaces
  readonly token: string
  /** Moves a world's clock to the present. */
  readonly tick: (namespace: Namespace) => Promise<void> | undefined
}

const offset = z.string().regex(/^\d+(ms|s|m|h|d)$/, 'expected a duration such as 5m')
const faultSchema = z.strictObject({
  on: z.string(),
  kind: z.enum(FAULT_KINDS),
  nth: z.int().min(1).optional(),
  attempt: z.int().min(1).optional(),
  times: z.int().min(1).optional(),
  rate: z.number().min(0).max(1).optional(),
  where: z.record(z.string(), z.json()).optional(),
  status: z.int().min(400).max(599).optional(),
  'retry-after': offset.optional(),
  by: offset.optional(),
  silent: z.boolean().optional(),
  /** It ends by itself after so long. */
  for: offset.optional(),
})

class Refused extends Error {
  readonly status: 400 | 404
  constructor(status: 400 | 404, message: string) {
    super(message)
    this.status = status
  }
}

const JOURNAL_MAX = 1_000

/** What tests and people do to the twins from outside: on a listener of its own, behind a token of its own. */
export function createAdmin({ definitions, namespaces, token, tick }: AdminOptions): Hono {
  const app = new Hono()
  const expected = Buffer.from(token)
  const isToken = (given: string | undefined): boolean => {
    const bytes = Buffer.from(given ?? '')
    return bytes.length === expected.length && timingSafeEqual(bytes, expected)
  }
  app.onError((error, c) => {
    if (error instanceof Refused) return c.json({ error: error.message }, error.status)
    if (error instanceof z.ZodError) return c.json({ error: z.prettifyError(error) }, 400)
    return c.json({ error: error.message }, 500)
  })
  app.notFound((c) =>
    c.json({ error: `no such route: ${c.req.method} ${c.req.path}. See docs/guides/serving.md.` }, 404),
  )
  // The page is no secret; what it shows is.
  app.get('/', (c) => c.html(PAGE))
  app.use('/api/*', async (c, next) => {
    const header = /^Bearer (.+)$/.exec(c.req.header('authorization') ?? '')?.[1]
    if (!isToken(header))
      return c.json({ error: 'expected Authorization: Bearer <the token that backlot twin printed>.' }, 401)
    return next()
  })

  const definitionOf = (name: string): TwinDefinition<unknown> => {
    const found = definitions.find((one) => one.name === name)
    if (found !== undefined) return found
    throw new Refused(400, `expected a twin (${definitions.map((one) => one.name).join(', ')}), got "${name}".`)
  }
  const read = async <T>(c: Context, schema: z.ZodType<T>): Promise<T> => {
    const text = await c.req.text()
    try {
      return schema.parse(JSON.parse(text === '' ? '{}' : text))
    } catch (error) {
      if (error instanceof SyntaxError) throw new Refused(400, 'expected a JSON body.')
      throw error
    }
  }
  /** `work` in the namespace of the path, which may be a name or a credential; made unless `mustExist`. */
  const inNamespace = async <T>(
    c: Context,
    work: (namespace: Namespace) => T | Promise<T>,
    mustExist = false,
  ): Promise<T> => {
    const name = decodeURIComponent(c.req.param('ns') ?? '')
    const known = namespaces.known(name) ?? namespaces.known(nameOfCredential(name))
    if (known === undefined && mustExist) throw new Refused(404, `no namespace "${name}": nobody has used it yet.`)
    const namespace = known ?? namespaces.at(name)
    return namespace.run(async () => {
      await tick(namespace)
      return work(namespace)
    })
  }
  const summary = (namespace: Namespace): Json => {
    const { world, network, name, generation } = namespace
    return {
      name,
      generation,
      now: new Date(world.clock.now()).toISOString(),
      twins: [...network.twins.keys()],
      events: (world.trace.events.at(-1)?.index ?? -1) + 1,
      bill: totals(world.money.bill.lines),
    }
  }

  app.get('/api/namespaces', (c) => c.json(namespaces.all().map(summary) as never))
  app.delete('/api/namespaces/:ns', (c) => {
    if (namespaces.remove(decodeURIComponent(c.req.param('ns')))) return c.json({ removed: true })
    throw new Refused(404, `no namespace "${c.req.param('ns')}".`)
  })
  app.get('/api/namespaces/:ns', async (c) => c.json((await inNamespace(c, summary, true)) as never))
  app.get('/api/namespaces/:ns/state', async (c) => {
    const states = await inNamespace(
      c,
      ({ network }) => Object.fromEntries([...network.twins].map(([name, twin]) => [name, twin.snapshot()])),
      true,
    )
    return c.json(states as never)
  })
  app.get('/api/namespaces/:ns/journal', async (c) => {
    const after = Number(c.req.query('after') ?? -1)
    const page = await inNamespace(
      c,
      ({ world, generation }) => {
        const first = world.trace.events[0]?.index ?? 0
        const from = Math.max(0, after + 1 - first)
        const events = world.trace.events.slice(from, from + JOURNAL_MAX)
        return { generation, next: events.at(-1)?.index ?? after, events }
      },
      true,
    )
    return c.json(page as never)
  })
  app.get('/api/namespaces/:ns/bill', async (c) =>
    c.json((await inNamespace(c, ({ world }) => world.money.bill, true)) as never),
  )
  app.post('/api/namespaces/:ns/seed', async (c) => {
    const wanted = await read(c, z.record(z.string(), z.json()))
    for (const [name, seed] of Object.entries(wanted)) definitionOf(name).seed.parse(seed)
    return c.json(
      (await inNamespace(c, (namespace) => {
        namespace.reset({ ...namespace.seeds, ...wanted })
        return summary(namespace)
      })) as never,
    )
  })
  app.post('/api/namespaces/:ns/reset', async (c) =>
    c.json(
      (await inNamespace(c, (namespace) => {
        namespace.reset()
        return summary(namespace)
      })) as never,
    ),
  )
  app.get('/api/namespaces/:ns/snapshot', async (c) => {
    const snapshot = await inNamespace(c, ({ network, world }) => ({
      schema: 'backlot.snapshot/v1',
      now: new Date(world.clock.now()).toISOString(),
      twins: Object.fromEntries([...network.twins].map(([name, twin]) => [name, twin.snapshot()])),
    }))
    return c.json(snapshot as never)
  })
  app.put('/api/namespaces/:ns/snapshot', async (c) => {
    const schema = z.looseObject({ schema: z.literal('backlot.snapshot/v1'), twins: z.record(z.string(), z.json()) })
    const { twins } = await read(c, schema)
    await inNamespace(c, ({ network, world }) => {
      const before: (() => void)[] = []
      for (const [name, state] of Object.entries(twins)) {
        const twin = network.twins.get(definitionOf(name).name)
        if (twin === undefined) continue
        const was = twin.snapshot()
        before.push(() => twin.restore(was))
        try {
          twin.restore(state)
        } catch (error) {
          for (const undo of before) undo()
          throw new Refused(400, `${name}: ${error instanceof Error ? error.message : String(error)}`)
        }
      }
      world.reseed(digest(twins))
    })
    return c.json({ restored: Object.keys(twins) })
  })
  app.post('/api/namespaces/:ns/faults', async (c) => {
    const { 'retry-after': retryAfter, by, for: lasts, ...plain } = await read(c, faultSchema)
    const [twin = '', ...operation] = plain.on.split('.')
    const definition = definitionOf(twin)
    const named = operation.join('.')
    if (named !== '' && named !== 'webhook' && named !== 'connect' && !definition.operations.includes(named)) {
      throw new Refused(400, `expected an operation of ${twin} (${definition.operations.join(', ')}), got "${named}".`)
    }
    await inNamespace(c, ({ world }) => {
      const fault: Fault = {
        ...plain,
        retryAfterMs: retryAfter === undefined ? undefined : toMs(retryAfter),
        byMs: by === undefined ? undefined : toMs(by),
        untilMs: lasts === undefined ? undefined : world.clock.now() + toMs(lasts),
      }
      world.faults.add(fault)
    })
    return c.json({ added: plain.on })
  })
  app.delete('/api/namespaces/:ns/faults/:on', async (c) =>
    c.json({ healed: await inNamespace(c, ({ world }) => world.faults.heal(c.req.param('on'))) }),
  )
  app.post('/api/namespaces/:ns/clock', async (c) => {
    const { advance } = await read(c, z.strictObject({ advance: offset }))
    const now = await inNamespace(c, async ({ world }) => {
      await world.clock.advance(toMs(advance))
      return new Date(world.clock.now()).toISOString()
    })
    return c.json({ now })
  })
  app.post('/api/namespaces/:ns/happen', async (c) => {
    const { event, with: fields } = await read(c, z.strictObject({ event: z.string(), with: z.json().optional() }))
    const [twin = '', ...name] = event.split('.')
    definitionOf(twin)
    await inNamespace(c, ({ network }) => {
      try {
        network.twins.get(twin)?.happen(name.join('.'), fields ?? {})
      } catch (error) {
        throw new Refused(400, error instanceof Error ? error.message : String(error))
      }
    })
    return c.json({ happened: event })
  })
  return app
}
