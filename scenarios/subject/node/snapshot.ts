type Name = string | symbol

/** What a process looks like: its environment, its globals, who listens to it. */
type State = {
  readonly env: Map<string, string | undefined>
  readonly globals: Map<Name, PropertyDescriptor | undefined>
  readonly listeners: Map<Name, Set<unknown>>
}

const stateNow = (): State => ({
  env: new Map(Object.entries(process.env)),
  globals: new Map(Reflect.ownKeys(globalThis).map((key) => [key, undefined])),
  listeners: new Map(process.eventNames().map((name) => [name, new Set(process.rawListeners(name as 'exit'))])),
})

/** Knows what the process was before the program touched it, and what packages made of it while they loaded. */
export interface Before {
  /** Loads a part of a package: what it does to the process stays, as the package itself does. */
  keep<T>(load: () => T): T
  /** Runs a module of the program that such a part asks for: it is no part of the package. */
  aside<T>(load: () => T): T
  /** Whether a part of a package loads now. */
  readonly loads: boolean
  /** The same for what cannot be called: to be told at its end. */
  begin(): () => void
  /** Takes back what the program did to the process. */
  restore(): void
}

/** Takes note of the process as it is now. */
export function takeBefore(): Before {
  const before = stateNow()
  /** Packages that load each other are one piece of work. */
  let depth = 0

  const begin = (): (() => void) => {
    const was = stateNow()
    return () => keepWhatChanged(before, was)
  }
  return {
    keep(load) {
      const end = depth === 0 ? begin() : undefined
      depth += 1
      try {
        return load()
      } finally {
        depth -= 1
        end?.()
      }
    },
    aside(load) {
      const outer = depth
      depth = 0
      try {
        return load()
      } finally {
        depth = outer
      }
    },
    get loads() {
      return depth > 0
    },
    begin,
    restore: () => restore(before),
  }
}

function keepWhatChanged(before: State, was: State): void {
  for (const [name, value] of Object.entries(process.env)) if (was.env.get(name) !== value) before.env.set(name, value)
  for (const key of Reflect.ownKeys(globalThis)) {
    if (!was.globals.has(key)) before.globals.set(key, Reflect.getOwnPropertyDescriptor(globalThis, key))
  }
  for (const name of process.eventNames()) {
    const kept = before.listeners.get(name) ?? new Set()
    for (const listener of process.rawListeners(name as 'exit')) {
      if (was.listeners.get(name)?.has(listener) !== true) kept.add(listener)
    }
    before.listeners.set(name, kept)
  }
}

function restore(before: State): void {
  for (const name of Object.keys(process.env)) if (!before.env.has(name)) delete process.env[name]
  for (const [name, value] of before.env) if (value !== undefined) process.env[name] = value
  for (const key of Reflect.ownKeys(globalThis)) if (!before.globals.has(key)) Reflect.deleteProperty(globalThis, key)
  for (const [key, descriptor] of before.globals) {
    if (descriptor !== undefined) Reflect.defineProperty(globalThis, key, descriptor)
  }
  for (const name of process.eventNames()) {
    const kept = before.listeners.get(name)
    for (const listener of process.rawListeners(name as 'exit')) {
      if (kept?.has(listener) !== true) process.removeListener(name, listener as () => void)
    }
  }
  process.exitCode = undefined
}
