import { getRequestListener } from '@hono/node-server'
import type { TwinDefinition } from '../../twins/twin.ts'
import type { Courier } from '../../twins/world.ts'
import { createAdmin } from './admin.ts'
import type { Authority } from './certificates.ts'
import { createFront } from './front.ts'
import type { Recorder } from './har.ts'
import { createNamespaces, type Namespace } from './namespaces.ts'
import type { Pass } from './pass.ts'
import { openAdmin, openFront } from './ports.ts'

export type ServeOptions = {
  readonly definitions: readonly TwinDefinition<unknown>[]
  readonly seeds: Readonly<Record<string, unknown>>
  readonly seed: string
  readonly port: number
  readonly host: string
  readonly adminPort: number
  /** Who may use the admin plane. */
  readonly token: string
  readonly authority: Authority | undefined
  readonly latency: boolean
  /** The real time. Without it worlds stand still until the admin plane moves them. */
  readonly realNow: (() => number) | undefined
  /** The time a world starts at. */
  readonly startsAtMs: number
  readonly wait: (ms: number) => Promise<void>
  readonly courier: (settle: (task: () => Promise<void>) => void) => Courier
  readonly onProblem: (text: string) => void
  /** The service under test behind the same port. */
  readonly pass?: Pass | undefined
  /** Told of every exchange with a twin, in the time of `recordedAt`. */
  readonly recorder?: Recorder | undefined
  readonly recordedAt?: (() => number) | undefined
}

export type Served = {
  readonly port: number
  readonly adminPort: number
  /** Lets time pass where nobody asks: webhooks and the like become due. */
  readonly tick: () => Promise<void>
  readonly close: () => Promise<void>
}

/** Serves twins to programs in any language: many worlds on one port, and the admin plane on another. */
export async function serveTwins(options: ServeOptions): Promise<Served> {
  const { definitions, realNow, startsAtMs } = options
  const openedMs = realNow?.() ?? 0
  const now = (): number => startsAtMs + (realNow === undefined ? 0 : realNow() - openedMs)
  const namespaces = createNamespaces({
    definitions,
    seeds: options.seeds,
    seed: options.seed,
    now,
    latency: options.latency,
    courier: options.courier,
  })
  // A world that was moved on by hand is ahead for good: what passes is added to where it is.
  const seen = new WeakMap<object, number>()
  const tick = ({ world }: Namespace): Promise<void> | undefined => {
    if (realNow === undefined) return undefined
    const presentMs = now()
    const passed = presentMs - (seen.get(world) ?? world.startsAtMs)
    if (passed <= 0) return undefined
    seen.set(world, presentMs)
    return world.clock.advance(passed)
  }
  const { latency, wait, onProblem, token, pass, recorder, recordedAt = () => 0 } = options
  const front = createFront({
    definitions,
    namespaces,
    latency,
    wait,
    tick,
    onProblem,
    pass,
    recorder,
    now: recordedAt,
  })
  const admin = createAdmin({ definitions, namespaces, token, tick })
  const open = await openFront(front, options.port, options.host, options.authority)
  const adminOpen = await openAdmin(getRequestListener(admin.fetch), options.adminPort).catch(
    async (error: unknown) => {
      await open.close()
      throw error
    },
  )
  return {
    port: open.port,
    adminPort: adminOpen.port,
    tick: async () => {
      await Promise.all(namespaces.all().map((namespace) => namespace.run(async () => tick(namespace))))
    },
    close: async () => {
      await Promise.all([open.close(), adminOpen.close()])
    },
  }
}
