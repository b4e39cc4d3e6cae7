import childProcess from 'node:child_process'
import cluster from 'node:cluster'
import dgram from 'node:dgram'
import fs from 'node:fs'
import http2 from 'node:http2'
import inspector from 'node:inspector'
import os from 'node:os'
import perfHooks, { createHistogram, PerformanceObserver, performance } from 'node:perf_hooks'
import v8 from 'node:v8'
import vm from 'node:vm'
import workers from 'node:worker_threads'
import { installCollector } from './collector.ts'
import { packageNow, realm, refuse } from './realm.ts'

type Loud = (...args: unknown[]) => never

/** How to do without the threads of packages that services use a lot. */
const WITHOUT_WORKERS: Readonly<Record<string, string>> = {
  'thread-stream':
    'pino starts it for its `transport`: take the transport only where an environment variable asks for it, and pino prints JSON without.',
  piscina:
    'Call the function of its file in the main thread where an environment variable asks for it, and give that variable under subject.env.',
}

/** What the machine says of itself, the same on every machine. */
const MACHINE = 'Linux subject 6.1.0 #1 SMP x86_64 GNU/Linux'

/** Refuses what runs outside the event loop or reaches outside the process, and freezes what the machine would tell. */
export function installEscapes(): void {
  const define = (target: object, name: string, value: unknown): void =>
    void Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: true })
  const loud =
    (what: string, wayOut: string): Loud =>
    (): never => {
      throw refuse(what, wayOut)
    }

  class NoWorker {
    constructor() {
      const by = packageNow()
      throw refuse(
        by === undefined ? 'a worker thread' : `a worker thread of the package ${by}`,
        WITHOUT_WORKERS[by ?? ''] ?? 'Do the work in the main thread, or test this part by itself.',
      )
    }
  }
  define(workers, 'Worker', NoWorker)
  for (const name of ['spawn', 'spawnSync', 'execFile', 'execFileSync', 'execSync', 'fork']) {
    define(
      childProcess,
      name,
      loud(`child_process.${name}`, 'Reach the other program over the network, where a twin can stand.'),
    )
  }
  define(childProcess, 'exec', (command: string, ...rest: unknown[]) => {
    const done = rest.at(-1)
    // SDKs ask the machine's name for their telemetry; that much can be told without a process.
    if (command === 'uname -a' && typeof done === 'function')
      return void process.nextTick(done as () => void, null, `${MACHINE}\n`, '')
    throw refuse(
      `child_process.exec("${command.slice(0, 60)}")`,
      'Reach the other program over the network, where a twin can stand.',
    )
  })
  define(cluster, 'fork', loud('cluster.fork', 'Run one process; the world runs several for you.'))
  define(http2, 'connect', loud('http2.connect', 'HTTP/2 is not modelled: use HTTP/1.1.'))
  define(http2, 'createServer', loud('http2.createServer', 'HTTP/2 is not modelled: use HTTP/1.1.'))
  define(http2, 'createSecureServer', loud('http2.createSecureServer', 'HTTP/2 is not modelled: use HTTP/1.1.'))
  define(dgram, 'createSocket', loud('a UDP socket', 'UDP is not modelled: use TCP.'))
  define(inspector, 'open', loud('the inspector', 'Replay the failure with --inspect instead.'))
  define(Atomics, 'waitAsync', loud('Atomics.waitAsync', 'It completes outside the event loop: use a promise.'))
  for (const name of ['watch', 'watchFile'])
    define(fs, name, loud(`fs.${name}`, 'A watched file never lets the program rest: poll it on a timer.'))
  define(
    fs.promises,
    'watch',
    loud('fs.promises.watch', 'A watched file never lets the program rest: poll it on a timer.'),
  )
  installMachine(define)
  installEngine(define)
  installContexts()
  installFileTimes(define)
  installCollector(define)
}

function installMachine(define: (target: object, name: string, value: unknown) => void): void {
  define(process, 'pid', 4242)
  define(process, 'ppid', 1)
  const memory = { rss: 64e6, heapTotal: 32e6, heapUsed: 24e6, external: 2e6, arrayBuffers: 1e5 }
  define(
    process,
    'memoryUsage',
    Object.assign(() => ({ ...memory }), { rss: () => memory.rss }),
  )
  define(process, 'cpuUsage', () => ({ user: 0, system: 0 }))
  define(process, 'resourceUsage', () => ({ userCPUTime: 0, systemCPUTime: 0, maxRSS: memory.rss / 1024 }))
  define(process, 'availableMemory', () => 1e9)
  define(process, 'constrainedMemory', () => 1e9)
  const cpu = { model: 'virtual', speed: 1000, times: { user: 0, nice: 0, sys: 0, idle: 0, irq: 0 } }
  const facts: Readonly<Record<string, () => unknown>> = {
    hostname: () => 'subject',
    loadavg: () => [0, 0, 0],
    uptime: () => (realm.nowMs - realm.epochMs) / 1000,
    freemem: () => 1e9,
    totalmem: () => 2e9,
    cpus: () => [cpu, cpu],
    availableParallelism: () => 2,
    networkInterfaces: () => ({}),
    release: () => '6.1.0',
    version: () => '#1 SMP',
    userInfo: () => ({ uid: 65534, gid: 65534, username: 'subject', homedir: '/nonexistent', shell: null }),
    homedir: () => process.env.HOME ?? '/nonexistent',
  }
  for (const [name, fact] of Object.entries(facts)) define(os, name, fact)
}

/** What the engine would tell of its heap and its loop, which hang on the machine. */
function installEngine(define: (target: object, name: string, value: unknown) => void): void {
  const heap = {
    total_heap_size: 32e6,
    total_heap_size_executable: 1e6,
    total_physical_size: 32e6,
    total_available_size: 4e8,
    used_heap_size: 24e6,
    heap_size_limit: 5e8,
    malloced_memory: 1e6,
    peak_malloced_memory: 2e6,
    does_zap_garbage: 0,
    number_of_native_contexts: 1,
    number_of_detached_contexts: 0,
    total_global_handles_size: 8192,
    used_global_handles_size: 4096,
    external_memory: 2e6,
    total_allocated_bytes: 64e6,
  }
  const space = { space_size: 32e6, space_used_size: 24e6, space_available_size: 8e6, physical_space_size: 32e6 }
  define(v8, 'getHeapStatistics', () => ({ ...heap }))
  define(v8, 'getHeapSpaceStatistics', () => [{ space_name: 'old_space', ...space }])
  define(performance, 'eventLoopUtilization', () => ({ idle: 0, active: 0, utilization: 0 }))
  // The loop is never late: nothing is ever recorded.
  define(perfHooks, 'monitorEventLoopDelay', () =>
    Object.assign(createHistogram(), { enable: () => true, disable: () => true }),
  )
  type Wanted = { readonly type?: string; readonly entryTypes?: readonly string[] }
  const measured: ReadonlySet<string> = new Set(['gc', 'http', 'http2', 'net', 'dns'])
  const observe = PerformanceObserver.prototype.observe
  define(PerformanceObserver.prototype, 'observe', function (this: PerformanceObserver, options: Wanted) {
    const kept = options.entryTypes?.filter((type) => !measured.has(type))
    if (measured.has(options.type ?? '') || kept?.length === 0) return
    Reflect.apply(observe, this, [kept === undefined ? options : { ...options, entryTypes: kept }])
  })
}

/** A fresh context has a real clock and real chance of its own: give it the virtual ones. */
function installContexts(): void {
  const { createContext, runInContext } = vm
  const tame = runInContext
  const outer = { Date, random: Math.random }
  vm.createContext = ((sandbox?: object, options?: vm.CreateContextOptions) => {
    const context = createContext(sandbox ?? {}, options)
    const install = tame('(outer) => { globalThis.Date = outer.Date; Math.random = outer.random }', context) as (
      given: typeof outer,
    ) => void
    install(outer)
    return context
  }) as typeof vm.createContext
  vm.runInNewContext = (code, sandbox, options) =>
    runInContext(code, vm.createContext((sandbox as object) ?? {}), options)
  const script = vm.Script.prototype
  script.runInNewContext = function (sandbox, options) {
    return this.runInContext(vm.createContext((sandbox as object) ?? {}), options)
  }
}

/** When a file was touched says when the machine was set up. Programs get the start of the run instead. */
function installFileTimes(define: (target: object, name: string, value: unknown) => void): void {
  type Times = fs.Stats | fs.BigIntStats
  const still = <T extends Times | undefined>(stats: T): T => {
    if (stats === undefined) return stats
    for (const name of ['atime', 'mtime', 'ctime', 'birthtime'] as const) {
      const big = typeof stats.size === 'bigint'
      define(stats, `${name}Ms`, big ? BigInt(realm.epochMs) : realm.epochMs)
      if (big) define(stats, `${name}Ns`, BigInt(realm.epochMs) * 1_000_000n)
      define(stats, name, new Date(realm.epochMs))
    }
    return stats
  }
  for (const name of ['statSync', 'lstatSync', 'fstatSync'] as const) {
    const real = fs[name] as (...args: unknown[]) => Times
    define(fs, name, (...args: unknown[]) => still(real(...args)))
  }
  for (const name of ['stat', 'lstat', 'fstat'] as const) {
    const real = fs[name] as (...args: unknown[]) => void
    define(fs, name, (...args: unknown[]) => {
      const done = args.pop() as (error: Error | null, stats?: Times) => void
      real(...args, (error: Error | null, stats?: Times) => done(error, still(stats)))
    })
  }
  const { open } = fs.promises
  let handles: { stat: (...args: unknown[]) => Promise<Times> } | undefined
  define(fs.promises, 'open', async (...args: Parameters<typeof open>) => {
    const handle = await open(...args)
    if (handles === undefined) {
      // Node tells the class of its handles to nobody.
      handles = Object.getPrototypeOf(handle) as NonNullable<typeof handles>
      const { stat } = handles
      define(handles, 'stat', async function (this: fs.promises.FileHandle, ...rest: unknown[]) {
        return still((await Reflect.apply(stat, this, rest)) as Times)
      })
    }
    return handle
  })
  for (const name of ['stat', 'lstat'] as const) {
    const real = fs.promises[name] as (...args: unknown[]) => Promise<Times>
    define(fs.promises, name, async (...args: unknown[]) => still(await real(...args)))
  }
}
