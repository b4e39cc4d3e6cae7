import { AsyncLocalStorage } from 'node:async_hooks'
import { TurnWriter } from '../wire.ts'

/** What the runtime inside a subject shares: virtual time, the turn being written, the step that is being worked for. */
export type Realm = {
  seed: string
  epochMs: number
  nowMs: number
  /** Between two lives of the program: whatever it still does is dropped. */
  muted: boolean
  /** Origins whose connections stand at once. */
  reach: ReadonlySet<string>
  readonly out: TurnWriter
  readonly steps: AsyncLocalStorage<string>
  logBytesLeft: number
  /** The world asks in this turn what an instrumented program has passed. */
  probed: boolean
}

export const LOG_BYTES_MAX: number = 1 << 20

export const realm: Realm = {
  seed: '',
  epochMs: 0,
  nowMs: 0,
  muted: false,
  reach: new Set(),
  out: new TurnWriter(),
  steps: new AsyncLocalStorage<string>(),
  logBytesLeft: LOG_BYTES_MAX,
  probed: false,
}

/** The step on whose account code runs now; `boot` for what nobody asked for. */
export const stepNow = (): string => realm.steps.getStore() ?? 'boot'

const OWN = new URL('.', import.meta.url).pathname

/** A stack as the program would have it: without what stands in for its machine. */
export const withoutRuntime = (stack: string): string =>
  stack
    .split('\n')
    .filter((line) => !line.includes(OWN))
    .join('\n')

/** The package in `node_modules` that a file is of. */
export const packageOf = (path: string): string | undefined =>
  /^.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]

/** The package whose code asks for something now; undefined for the program's own. */
export function packageNow(): string | undefined {
  const lines = (new Error().stack ?? '').split('\n').slice(1)
  const asks = lines.find((line) => !line.includes(OWN) && !line.includes('(node:') && !line.includes('at node:'))
  return asks === undefined ? undefined : packageOf(asks)
}

/** The first line of the stack that is the program's own, else the first that is not the runtime's. */
export function placeNow(): string {
  const lines = (new Error().stack ?? '').split('\n').slice(1)
  const outside = lines.filter((line) => !line.includes(OWN) && !line.includes('(node:') && !line.includes('at node:'))
  const own = outside.find((line) => !line.includes('/node_modules/')) ?? outside[0]
  return own === undefined
    ? 'Node itself'
    : own
        .trim()
        .replace(/^at /, '')
        .replace('file://', '')
        .replace(/\?backlot=\d+/, '')
}

/** Tells the world that something was tried which the runtime cannot control, and gives the error to throw. */
export function refuse(what: string, wayOut: string): Error {
  const where = placeNow()
  if (!realm.muted) realm.out.add('escape', { what, where, wayOut })
  return Object.assign(new Error(`${what} is not available in a deterministic run (${where}). ${wayOut}`), {
    code: 'ERR_BACKLOT_ESCAPE',
  })
}
