import { AsyncResource } from 'node:async_hooks'
import { performance } from 'node:perf_hooks'
import timers from 'node:timers'
import timersPromises from 'node:timers/promises'
import util from 'node:util'
import { original } from './originals.ts'
import { realm } from './realm.ts'

type Callback = (...args: unknown[]) => void
const TIMEOUT_MAX = 2 ** 31 - 1

/** A timer on virtual time, with everything a program may do to Node's own. */
export class VirtualTimer {
  atMs: number
  order: number
  readonly delayMs: number
  readonly id: number
  dead = false
  readonly repeat: boolean
  #ref = true
  readonly #fire: () => void

  constructor(fire: () => void, delayMs: number, repeat: boolean) {
    this.delayMs = delayMs
    this.repeat = repeat
    this.#fire = fire
    this.atMs = realm.nowMs + delayMs
    this.order = ++orders
    this.id = this.order
    known.set(this.id, this)
  }
  fire(): void {
    this.#fire()
  }
  ref(): this {
    this.#ref = true
    return this
  }
  unref(): this {
    this.#ref = false
    return this
  }
  hasRef(): boolean {
    return this.#ref
  }
  refresh(): this {
    remove(this)
    this.dead = false
    known.set(this.id, this)
    this.atMs = realm.nowMs + this.delayMs
    this.order = ++orders
    insert(this)
    return this
  }
  close(): this {
    kill(this)
    return this
  }
  [Symbol.toPrimitive](): number {
    return this.id
  }
  [Symbol.dispose](): void {
    kill(this)
  }
}

let orders = 0
const known = new Map<number, VirtualTimer>()
/** Sorted by time and order, latest first, so that the next one is popped off the end. */
let due: VirtualTimer[] = []
/** Immediates wait in a line of their own: they are due at once, at the same virtual instant. */
let immediates: VirtualTimer[] = []

const later = (a: VirtualTimer, b: VirtualTimer): boolean => a.atMs > b.atMs || (a.atMs === b.atMs && a.order > b.order)

function insert(timer: VirtualTimer): void {
  let low = 0
  let high = due.length
  while (low < high) {
    const middle = (low + high) >> 1
    const other = due[middle]
    if (other !== undefined && later(other, timer)) low = middle + 1
    else high = middle
  }
  due.splice(low, 0, timer)
}

function remove(timer: VirtualTimer): void {
  const at = due.indexOf(timer)
  if (at >= 0) due.splice(at, 1)
}

function kill(timer: VirtualTimer): void {
  if (timer.dead) return
  timer.dead = true
  known.delete(timer.id)
  remove(timer)
}

/** The earliest timer's time; undefined when there is none. */
export const nextTimerMs = (): number | undefined => due.at(-1)?.atMs

export const onlyUnrefTimers = (): boolean => due.every((timer) => !timer.hasRef())

/** Fires the earliest timer that is due strictly before `untilMs`; false when there is none. */
export function fireTimer(untilMs: number): boolean {
  const timer = due.at(-1)
  if (timer === undefined || timer.atMs >= untilMs) return false
  due.pop()
  if (timer.atMs > realm.nowMs) realm.nowMs = timer.atMs
  if (timer.repeat) {
    timer.atMs = realm.nowMs + timer.delayMs
    timer.order = ++orders
    insert(timer)
  } else {
    timer.dead = true
    known.delete(timer.id)
  }
  timer.fire()
  return true
}

/** Fires one immediate; false when there is none. */
export function fireImmediate(): boolean {
  for (let timer = immediates.shift(); timer !== undefined; timer = immediates.shift()) {
    if (timer.dead) continue
    timer.dead = true
    known.delete(timer.id)
    timer.fire()
    return true
  }
  return false
}

export function clearAllTimers(): void {
  due = []
  immediates = []
  known.clear()
  orders = 0
}

/** Node's own rule: whole milliseconds from 1 to 2^31-1, anything else is 1. */
const clamp = (delay: unknown): number => {
  const ms = Number(delay)
  return ms >= 1 && ms <= TIMEOUT_MAX ? Math.trunc(ms) : 1
}

function checked(callback: unknown): Callback {
  if (typeof callback === 'function') return callback as Callback
  throw Object.assign(new TypeError('The "callback" argument must be of type function.'), {
    code: 'ERR_INVALID_ARG_TYPE',
  })
}

/** The task in the async context of now, whenever it runs. A resource takes a thirtieth of what `AsyncLocalStorage.snapshot` does. */
function inContext(type: string, task: () => unknown): () => void {
  const context = new AsyncResource(type)
  return () => void context.runInAsyncScope(task)
}

function start(callback: unknown, delayMs: number, repeat: boolean, args: unknown[]): VirtualTimer {
  const task = checked(callback)
  const timer: VirtualTimer = new VirtualTimer(
    inContext('Timeout', () => original.apply(task, timer, args)),
    delayMs,
    repeat,
  )
  insert(timer)
  return timer
}

/** Starts a timer of the runtime's own, such as a socket's timeout. */
export const startTimer = (task: () => void, delayMs: number): VirtualTimer => start(task, clamp(delayMs), false, [])

function clear(timer: unknown): void {
  if (timer instanceof VirtualTimer) {
    kill(timer)
    return
  }
  if (typeof timer === 'number' || typeof timer === 'string') {
    const found = known.get(Number(timer))
    if (found !== undefined) kill(found)
    return
  }
  // A timer from before the runtime was there, such as one of Node's own.
  if (timer !== null && typeof timer === 'object') original.clearTimeout(timer as NodeJS.Timeout)
}

const virtual = {
  setTimeout: (task: unknown, delay?: unknown, ...args: unknown[]) => start(task, clamp(delay), false, args),
  setInterval: (task: unknown, delay?: unknown, ...args: unknown[]) => start(task, clamp(delay), true, args),
  setImmediate: (task: unknown, ...args: unknown[]) => {
    const callback = checked(task)
    const timer: VirtualTimer = new VirtualTimer(
      inContext('Immediate', () => original.apply(callback, timer, args)),
      0,
      false,
    )
    immediates.push(timer)
    return timer
  },
}

const aborted = (signal: AbortSignal): Error =>
  Object.assign(new Error('The operation was aborted', { cause: signal.reason }), {
    name: 'AbortError',
    code: 'ABORT_ERR',
  })

type Options = { readonly signal?: AbortSignal; readonly ref?: boolean }

function promised<T>(begin: (done: () => void) => VirtualTimer, value: T, options: Options = {}): Promise<T> {
  const { signal, ref } = options
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(aborted(signal))
    const onAbort = (): void => {
      kill(timer)
      if (signal !== undefined) reject(aborted(signal))
    }
    const timer = begin(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve(value)
    })
    if (ref === false) timer.unref()
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

const virtualPromises = {
  setTimeout: <T>(delay?: number, value?: T, options?: Options) =>
    promised((done) => start(done, clamp(delay), false, []), value, options),
  setImmediate: <T>(value?: T, options?: Options) => promised((done) => virtual.setImmediate(done), value, options),
  async *setInterval<T>(delay?: number, value?: T, options?: Options): AsyncGenerator<T | undefined> {
    for (;;) yield await virtualPromises.setTimeout(delay, value, options)
  },
}

/** Replaces every clock and timer a program can reach by the virtual ones. */
export function installClock(): void {
  installDate()
  const elapsed = (): number => realm.nowMs - realm.epochMs
  const define = (target: object, name: string, value: unknown): void =>
    void Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: true })

  define(performance, 'now', elapsed)
  Object.defineProperty(performance, 'timeOrigin', { get: () => realm.epochMs, configurable: true })
  const mark = performance.mark.bind(performance)
  define(performance, 'mark', (name: string, options?: Parameters<typeof mark>[1]) =>
    mark(name, { startTime: elapsed(), ...options }),
  )
  const NANO = 1_000_000n
  const bigint = (): bigint => BigInt(elapsed()) * NANO
  const hrtime = (since?: readonly [number, number]): [number, number] => {
    const ns = bigint() - (since === undefined ? 0n : BigInt(since[0]) * 1_000_000_000n + BigInt(since[1]))
    return [Number(ns / 1_000_000_000n), Number(ns % 1_000_000_000n)]
  }
  define(process, 'hrtime', Object.assign(hrtime, { bigint }))
  define(process, 'uptime', () => elapsed() / 1000)
  const born = new WeakMap<Event, number>()
  Object.defineProperty(Event.prototype, 'timeStamp', {
    configurable: true,
    get(this: Event) {
      const at = born.get(this) ?? elapsed()
      born.set(this, at)
      return at
    },
  })

  const promisify = util.promisify.custom
  Object.assign(virtual.setTimeout, { [promisify]: virtualPromises.setTimeout })
  Object.assign(virtual.setImmediate, { [promisify]: virtualPromises.setImmediate })
  for (const target of [globalThis, timers]) {
    for (const [name, value] of Object.entries(virtual)) define(target, name, value)
    for (const name of ['clearTimeout', 'clearInterval', 'clearImmediate']) define(target, name, clear)
  }
  for (const [name, value] of Object.entries(virtualPromises)) define(timersPromises, name, value)
  const scheduler = timersPromises.scheduler as unknown as object
  define(scheduler, 'wait', (delay: number, options?: Options) => virtualPromises.setTimeout(delay, undefined, options))
  define(scheduler, 'yield', () => virtualPromises.setImmediate())
  define(AbortSignal, 'timeout', (delayMs: number) => {
    const controller = new AbortController()
    start(() => controller.abort(timedOut()), Math.max(1, Math.trunc(delayMs)), false, []).unref()
    return controller.signal
  })
}

/** Made by a timer, on nobody's stack: a trace of it would show this runtime, and to take one costs more than all the rest of a timeout. */
function timedOut(): DOMException {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return new DOMException('The operation was aborted due to timeout', 'TimeoutError')
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

function installDate(): void {
  const Real = original.Date
  function VirtualDate(this: unknown, ...args: unknown[]): unknown {
    if (new.target === undefined) return new Real(realm.nowMs).toString()
    return Reflect.construct(Real, args.length === 0 ? [realm.nowMs] : args, new.target)
  }
  Object.defineProperties(VirtualDate, {
    prototype: { value: Real.prototype, writable: false },
    name: { value: 'Date' },
    length: { value: 7 },
    now: { value: () => realm.nowMs, writable: true, configurable: true },
    UTC: { value: Real.UTC, writable: true, configurable: true },
    parse: { value: Real.parse, writable: true, configurable: true },
  })
  Object.defineProperty(Real.prototype, 'constructor', { value: VirtualDate, writable: true, configurable: true })
  Object.defineProperty(globalThis, 'Date', { value: VirtualDate, writable: true, configurable: true })

  // Without an argument these read the real clock inside the engine.
  const format = Object.getOwnPropertyDescriptor(Intl.DateTimeFormat.prototype, 'format')?.get
  if (format !== undefined) {
    Object.defineProperty(Intl.DateTimeFormat.prototype, 'format', {
      configurable: true,
      get(this: Intl.DateTimeFormat) {
        const bound = format.call(this) as (date?: Date | number) => string
        return (date?: Date | number) => bound(date ?? realm.nowMs)
      },
    })
  }
  const toParts = Intl.DateTimeFormat.prototype.formatToParts
  Intl.DateTimeFormat.prototype.formatToParts = function (date) {
    return toParts.call(this, date ?? realm.nowMs)
  }
}
