import type { Result, Router } from 'hono/router'
import { TrieRouter } from 'hono/router/trie-router'

/** The routes of one twin, in order of registration, as every world registers them. */
type Plan = { readonly keys: string[]; readonly trie: TrieRouter<number> }
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
    const plan = plans.get(twin) ?? { keys: [], trie: new TrieRouter() }
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
  }

  match(method: string, path: string): Result<T> {
    const [found] = this.#plan.trie.match(method, path) as readonly [(readonly [number, Record<string, string>])[]]
    // A shared trie may know routes that this world has not registered.
    const mine = found.flatMap(([at, params]) => {
      const handler = this.#handlers[at]
      return handler === undefined ? [] : [[handler, params] as [T, Record<string, string>]]
    })
    return [mine]
  }
}

function copyOf(keys: readonly string[]): Plan {
  const plan: Plan = { keys: [...keys], trie: new TrieRouter() }
  keys.forEach((key, at) => {
    const [method = '', path = ''] = key.split(' ')
    plan.trie.add(method, path, at)
  })
  return plan
}
