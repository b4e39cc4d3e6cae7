import dns from 'node:dns'
import net from 'node:net'
import util from 'node:util'
import { startTimer } from './clock.ts'
import { refuse } from './realm.ts'

type Failed = Error & { readonly code: string }
type Done = (error: Failed | null, address?: unknown, family?: number) => void
type LookUp = { readonly all?: boolean; readonly ttl?: boolean }

const WAY_OUT = 'Only addresses of hosts are modelled: connect by name.'
/** As Node gives them: real time, within which a name's address stays. */
const TTL_S = 60
const OTHERS = [
  'resolveAny',
  'resolveCaa',
  'resolveCname',
  'resolveMx',
  'resolveNaptr',
  'resolveNs',
  'resolvePtr',
  'resolveSoa',
  'resolveSrv',
  'resolveTlsa',
  'resolveTxt',
  'reverse',
]

const noData = (host: string): Failed =>
  Object.assign(new Error(`queryAaaa ENODATA ${host}`), { code: 'ENODATA', syscall: 'queryAaaa', hostname: host })

/** Replaces every way to ask for a name: `addressFor` makes up one IPv4 address a host, and nobody is asked. */
export function installNames(addressFor: (host: string) => string): void {
  const lookup = (host: string, options: LookUp | number | Done, done?: Done): void => {
    const callback = typeof options === 'function' ? options : done
    const all = typeof options === 'object' && options?.all === true
    const address = net.isIP(host) === 0 ? addressFor(host) : host
    startTimer(() => (all ? callback?.(null, [{ address, family: 4 }]) : callback?.(null, address, 4)), 1)
  }
  const resolve4 = (host: string, ...rest: unknown[]): void => {
    const done = rest.at(-1) as Done
    const withTtl = (rest[0] as LookUp | undefined)?.ttl === true
    const address = addressFor(host)
    startTimer(() => done(null, [withTtl ? { address, ttl: TTL_S } : address]), 1)
  }
  const resolve6 = (host: string, ...rest: unknown[]): void => {
    const done = rest.at(-1) as Done
    startTimer(() => done(noData(host)), 1)
  }
  const resolve = (host: string, ...rest: unknown[]): void => {
    const kind = typeof rest[0] === 'string' ? rest[0] : 'A'
    if (kind === 'A') return resolve4(host, rest.at(-1))
    if (kind === 'AAAA') return resolve6(host, rest.at(-1))
    throw refuse(`dns.resolve of ${kind} records`, WAY_OUT)
  }
  const asked = { resolve, resolve4, resolve6 }
  const promised =
    (ask: (host: string, ...rest: unknown[]) => void) =>
    (host: string, ...rest: unknown[]): Promise<unknown> =>
      new Promise((resolved, failed) => {
        const done: Done = (error, found) => (error === null ? resolved(found) : failed(error))
        ask(host, ...rest.slice(0, 1), done)
      })
  const promises = Object.fromEntries(Object.entries(asked).map(([name, ask]) => [name, promised(ask)]))
  const lookupPromise = (host: string, options: LookUp | number = {}): Promise<unknown> =>
    new Promise((resolved) => {
      const all = typeof options === 'object' && options.all === true
      lookup(host, { all }, (_, address, family) => resolved(all ? address : { address, family }))
    })
  Object.defineProperty(lookup, util.promisify.custom, { value: lookupPromise })
  const loud = Object.fromEntries(
    OTHERS.map((name) => [
      name,
      (): never => {
        throw refuse(`dns.${name}`, WAY_OUT)
      },
    ]),
  )
  const lookupService = (): never => {
    throw refuse('dns.lookupService', WAY_OUT)
  }
  Object.assign(dns, { lookup, lookupService, ...asked, ...loud })
  Object.assign(dns.promises, { lookup: lookupPromise, lookupService, ...promises, ...loud })
  // A resolver of the program's own would ask the machine's name servers.
  Object.assign(dns.Resolver.prototype, asked, loud)
  Object.assign(dns.promises.Resolver.prototype, promises, loud)
}
