import type { Result, Router } from 'hono/router'
import { TrieRouter } from 'hono/router/trie-router'

type Found = readonly (readonly [at: number, params: Record<string, string>])[]
/** The routes of one twin, in order of registration, as every world registers them; and what was looked up last. */
type Plan = {
  readonly keys: string[]
  readonly trie: TrieRouter<number>
  last: { readonly method: string; readonly path: string; readonly found: Found } | undefined
}
const plans = new Map<string, Plan>()

/**
 * A router for a twin's app. A world lives for a few requests and a twin has hundreds of routes, so their trie is built once for a
 * twin and shared by all its worlds; a world brings its own handlers. One that registers other routes gets a trie of its own.
 */
export class RouteTable<T> implements Router<T> {
  readonly name = 'RouteTable'
  readonly #handlers: T[] = []
  #plan: Plan

  constructor(twin: string) {
    const plan = plans.get(twin) ?? { keys: [], trie: new TrieRouter(), last: undefined }
    plans.set(twin, plan)
    this.#plan = plan
  }

  add(method: string, path: string, handler: T): void {
    const at = this.#handlers.push(handler) - 1
    const key = `${method} ${path}`
    if (this.#plan.keys[at] === key) return
    if (at < this.#plan.keys.length) this.#plan = copyOf(this.#plan.keys.slice(0, at))
    this.#plan.keys.push(key)
    this.#plan.trie.add(method, path, at)
    this.#plan.last = undefined
  }

  match(method: string, path: string): Result<T> {
    const found = this.#find(method, path)
    // A shared trie may know routes that this world has not registered.
    const mine: [T, Record<string, string>][] = []
    for (const [at, params] of found) {
      const handler = this.#handlers[at]
      if (handler !== undefined) mine.push([handler, params])
    }
    return [mine]
  }

  /** A request is looked up twice, for its operation and for its route. */
  #find(method: string, path: string): Found {
    const { last, trie } = this.#plan
    if (last !== undefined && last.path === path && last.method === method) return last.found
    const [found] = trie.match(method, path) as readonly [Found]
    this.#plan.last = { method, path, found }
    return found
  }
}

function copyOf(keys: readonly string[]): Plan {
  const plan: Plan = { keys: [...keys], trie: new TrieRouter(), last: undefined }
  keys.forEach((key, at) => {
    const [method = '', path = ''] = key.split(' ')
    plan.trie.add(method, path, at)
  })
  return plan
}
