/** Stands in for `WeakRef`: what it was given stays for as long as the reference itself does. */
class HeldRef {
  readonly #target: object | symbol

  constructor(target: object | symbol) {
    if ((typeof target !== 'object' || target === null) && typeof target !== 'function' && typeof target !== 'symbol')
      throw new TypeError('WeakRef: invalid target')
    this.#target = target
  }
  deref(): object | symbol {
    return this.#target
  }
  get [Symbol.toStringTag](): string {
    return 'WeakRef'
  }
}
Object.defineProperty(HeldRef, 'name', { value: 'WeakRef' })

/** Stands in for `FinalizationRegistry`: its callbacks would come when the garbage collector pleases, so they never come. */
class SilentRegistry {
  register(): void {}
  unregister(): boolean {
    return false
  }
  get [Symbol.toStringTag](): string {
    return 'FinalizationRegistry'
  }
}
Object.defineProperty(SilentRegistry, 'name', { value: 'FinalizationRegistry' })

/**
 * Takes away what a program could tell of the garbage collector. Node's own `fetch` asks a weak reference whether an abort still
 * concerns anybody: a stream that is given up would break its connection on one machine and not on the next.
 */
export function installCollector(define: (target: object, name: string, value: unknown) => void): void {
  define(globalThis, 'WeakRef', HeldRef)
  define(globalThis, 'FinalizationRegistry', SilentRegistry)
}
