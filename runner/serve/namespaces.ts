import { createNetwork, type Network } from '../../twins/network.ts'
import type { TwinDefinition } from '../../twins/twin.ts'
import { type Courier, createWorld, type Pace, type RunnableWorld } from '../../twins/world.ts'

/** One universe of those that share a server: its own state, clock, faults, trace and bill. */
export interface Namespace {
  readonly name: string
  readonly world: RunnableWorld
  readonly network: Network
  /** What its twins started from, by name. */
  readonly seeds: Readonly<Record<string, unknown>>
  /** How often it was reset: a journal's numbers start anew. */
  readonly generation: number
  /** Runs one task at a time: a world is never in two minds. */
  run<T>(task: () => Promise<T> | T): Promise<T>
  /** Starts over, from other seeds where given. Throws when a seed does not fit its twin. */
  reset(seeds?: Readonly<Record<string, unknown>>): void
}

export type NamespacesOptions = {
  readonly definitions: readonly TwinDefinition<unknown>[]
  readonly seeds: Readonly<Record<string, unknown>>
  /** Everything chance decides follows from it, and from the namespace's name. */
  readonly seed: string
  /** The time a new world starts at. */
  readonly now: () => number
  /** Whether answers take their usual time; otherwise only what a fault adds to it. */
  readonly latency: boolean
  /** Sends webhooks; `settle` runs what follows from the outcome as the namespace's next task. */
  readonly courier?: (settle: (task: () => Promise<void>) => void) => Courier
}

const AT_ONCE: Pace = () => 0

/** How many events a journal goes back: a server that runs for weeks takes no more memory than one that runs for an hour. */
const EVENTS_MAX = 20_000

export interface Namespaces {
  /** The namespace of that name, made when it is asked for first. */
  at(name: string): Namespace
  known(name: string): Namespace | undefined
  all(): readonly Namespace[]
  remove(name: string): boolean
}

export function createNamespaces(options: NamespacesOptions): Namespaces {
  const namespaces = new Map<string, Namespace>()
  return {
    at(name) {
      const known = namespaces.get(name)
      if (known !== undefined) return known
      const made = createNamespace(name, options)
      namespaces.set(name, made)
      return made
    },
    known: (name) => namespaces.get(name),
    all: () => [...namespaces.values()],
    remove: (name) => namespaces.delete(name),
  }
}

function createNamespace(name: string, options: NamespacesOptions): Namespace {
  let tail: Promise<unknown> | undefined
  const begun = <T>(task: () => Promise<T> | T): Promise<T> => {
    try {
      const result = task()
      return result instanceof Promise ? result : Promise.resolve(result)
    } catch (error) {
      return Promise.reject(error)
    }
  }
  const run = <T>(task: () => Promise<T> | T): Promise<T> => {
    const result = tail === undefined ? begun(task) : tail.then(task)
    const ended = (): void => {
      if (tail === mine) tail = undefined
    }
    const mine: Promise<unknown> = result.then(ended, ended)
    tail = mine
    return result
  }
  let seeds = options.seeds
  let generation = 0
  const make = (): { readonly world: RunnableWorld; readonly network: Network } => {
    const startsAt = new Date(options.now()).toISOString()
    const mine = generation
    const settle = (task: () => Promise<void>): void =>
      void run(async () => {
        // What was under way when the world was reset belongs to nobody.
        if (mine === generation) await task()
      })
    const courier = options.courier?.(settle)
    const world = createWorld({
      seed: `${options.seed}/${name}`,
      startsAt,
      eventsMax: EVENTS_MAX,
      ...(options.latency ? {} : { pace: AT_ONCE }),
      ...(courier === undefined ? {} : { courier }),
    })
    const placements = options.definitions.map((definition) => ({
      definition,
      seed: definition.seed.parse(seeds[definition.name] ?? {}),
    }))
    return { world, network: createNetwork(world, placements) }
  }
  let current = make()
  return {
    name,
    get world() {
      return current.world
    },
    get network() {
      return current.network
    },
    get seeds() {
      return seeds
    },
    get generation() {
      return generation
    },
    run,
    reset(other) {
      const before = { seeds, generation }
      seeds = other ?? seeds
      generation += 1
      try {
        current = make()
      } catch (error) {
        ;({ seeds, generation } = before)
        throw error
      }
    },
  }
}
