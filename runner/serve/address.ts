import { createHash } from 'node:crypto'
import { originPattern } from '../../twins/network.ts'
import type { TwinDefinition } from '../../twins/twin.ts'

/** Where a request that came to a port of ours was meant to go. */
export type Address = { readonly twin: string; readonly url: string }

type Served = Pick<TwinDefinition<unknown>, 'name' | 'origins'>

/** The origin of a twin that a client has only the twin's name for; a tenant's own name is `backlot`. */
const firstOrigin = ({ origins }: Served): string => (origins[0] ?? '').replaceAll('*', 'backlot')

const hostOf = (authority: string): string => authority.replace(/:\d+$/, '').toLowerCase()

/** Finds addresses among the same twins again and again: patterns are made once. */
export function createAddresses(twins: readonly Served[]): (authority: string, target: string) => Address | undefined {
  const patterns = twins.flatMap((twin) => twin.origins.map((origin) => ({ twin, pattern: originPattern(origin) })))
  const hosts = new Map<string, Served | undefined>()
  const at = (host: string): Served | undefined => {
    if (!hosts.has(host)) {
      // Whoever makes hosts up does not fill the memory.
      if (hosts.size > 1_000) hosts.clear()
      hosts.set(host, patterns.find(({ pattern }) => pattern.test(`https://${host}`))?.twin)
    }
    return hosts.get(host)
  }
  return (authority, target) => addressOf(twins, at, authority, target)
}

/**
 * Finds the twin by the host where that is the vendor's own or `stripe.localhost`, else by the path: `/~host/...` for any
 * host of a vendor, `/stripe/...` for a twin, and the path alone where only one twin is served.
 */
function addressOf(
  twins: readonly Served[],
  at: (host: string) => Served | undefined,
  authority: string,
  target: string,
): Address | undefined {
  const host = hostOf(authority)
  const direct = at(host)
  if (direct !== undefined) return { twin: direct.name, url: `https://${host}${target}` }
  const local = twins.find(({ name }) => host === `${name}.localhost`)
  if (local !== undefined) return { twin: local.name, url: firstOrigin(local) + target }
  const [, head = '', rest = ''] = /^\/([^/?]+)(.*)$/.exec(target) ?? []
  const path = rest.startsWith('/') ? rest : `/${rest}`
  if (head.startsWith('~')) {
    const named = at(head.slice(1).toLowerCase())
    return named === undefined ? undefined : { twin: named.name, url: `https://${head.slice(1).toLowerCase()}${path}` }
  }
  const prefixed = twins.find(({ name }) => name === head)
  if (prefixed !== undefined) return { twin: prefixed.name, url: firstOrigin(prefixed) + path }
  const [only] = twins
  return twins.length === 1 && only !== undefined ? { twin: only.name, url: firstOrigin(only) + target } : undefined
}

/** The name of everybody who gives neither a namespace nor a credential. */
export const DEFAULT_NAMESPACE = 'default'

const names = new Map<string, string>()

/** A credential as a name: it cannot be read back. */
export function nameOfCredential(credential: string): string {
  const known = names.get(credential)
  if (known !== undefined) return known
  if (names.size > 1_000) names.clear()
  const name = `key-${createHash('sha256').update(credential).digest('hex').slice(0, 12)}`
  names.set(credential, name)
  return name
}

type Header = (name: string) => string | undefined

/** Whose world a request belongs to: `X-Backlot-Namespace`, or whoever the credential stands for, in a header or in an address that is signed. */
export function namespaceOf(header: Header, target = ''): string {
  const named = header('x-backlot-namespace')
  if (named !== undefined && named !== '') return named
  // A presigned address of AWS carries its access key.
  const credential = credentialOf(header) ?? /[?&]X-Amz-Credential=([^%/&]+)/.exec(target)?.[1]
  return credential === undefined ? DEFAULT_NAMESPACE : nameOfCredential(credential)
}

/** The credential of a request, where vendors have it: bearer and basic, AWS signatures, `x-api-key`. */
function credentialOf(header: Header): string | undefined {
  const authorization = header('authorization')
  if (authorization === undefined) return header('x-api-key')
  // A signature is new each time; the access key in it is not.
  const signed = /^AWS4-HMAC-SHA256 .*?Credential=([^/,\s]+)/.exec(authorization)
  if (signed !== null) return signed[1]
  const [scheme = '', value = ''] = authorization.split(/\s+/, 2)
  return /^basic$/i.test(scheme) ? Buffer.from(value, 'base64').toString().replace(/:$/, '') : value || scheme
}
