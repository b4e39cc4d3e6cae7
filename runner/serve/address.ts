import { createHash } from 'node:crypto'
import { originPattern } from '../../twins/network.ts'
import type { TwinDefinition } from '../../twins/twin.ts'

/** Where a request that came to a port of ours was meant to go; `host` is that of `url`. */
export type Address = { readonly twin: string; readonly host: string; readonly url: string }

type Served = Pick<TwinDefinition<unknown>, 'name' | 'origins'>
/** The address of a path and query. */
type AddressAt = (target: string) => Address | undefined

const KNOWN_MAX = 1_000

/** The origin of a twin that a client has only the twin's name for; a tenant's own name is `backlot`. */
const firstOrigin = ({ origins }: Served): string => (origins[0] ?? '').replaceAll('*', 'backlot')

const hostOf = (authority: string): string => authority.replace(/:\d+$/, '').toLowerCase()

/** What `make` gives for a key, made once; whoever makes keys up does not fill the memory. */
function kept<T>(make: (key: string) => T): (key: string) => T {
  const known = new Map<string, T>()
  return (key) => {
    const had = known.get(key)
    if (had !== undefined) return had
    if (known.size >= KNOWN_MAX) known.clear()
    const made = make(key)
    known.set(key, made)
    return made
  }
}

/**
 * Finds the twin by the host where that is the vendor's own or `stripe.localhost`, else by the path: `/~host/...` for any
 * host of a vendor, `/stripe/...` for a twin, and the path alone where only one twin is served.
 */
export function createAddresses(twins: readonly Served[]): (authority: string, target: string) => Address | undefined {
  const patterns = twins.flatMap((twin) => twin.origins.map((origin) => ({ twin, pattern: originPattern(origin) })))
  const at = kept((host): { readonly twin: Served | undefined } => ({
    twin: patterns.find(({ pattern }) => pattern.test(`https://${host}`))?.twin,
  }))
  const ways = new Map(twins.map((twin) => [twin.name, wayTo(twin.name, firstOrigin(twin))]))
  const [only] = twins.length === 1 ? ways.values() : []
  const byPath: AddressAt = (target) => {
    const [, head = '', rest = ''] = /^\/([^/?]+)(.*)$/.exec(target) ?? []
    const path = rest.startsWith('/') ? rest : `/${rest}`
    if (head.startsWith('~')) {
      const host = head.slice(1).toLowerCase()
      const { twin } = at(host)
      return twin === undefined ? undefined : { twin: twin.name, host, url: `https://${host}${path}` }
    }
    const prefixed = ways.get(head)
    return prefixed === undefined ? only?.(target) : prefixed(path)
  }
  const from = kept((authority): AddressAt => {
    const host = hostOf(authority)
    const { twin } = at(host)
    if (twin !== undefined) return wayTo(twin.name, `https://${host}`)
    return (host.endsWith('.localhost') ? ways.get(host.slice(0, -'.localhost'.length)) : undefined) ?? byPath
  })
  return (authority, target) => from(authority)(target)
}

function wayTo(twin: string, origin: string): AddressAt {
  const host = /^\w+:\/\/([^/]+)/.exec(origin)?.[1] ?? ''
  return (target) => ({ twin, host, url: origin + target })
}

/** The name of everybody who gives neither a namespace nor a credential. */
export const DEFAULT_NAMESPACE = 'default'

/** A credential as a name: it cannot be read back. */
export const nameOfCredential: (credential: string) => string = kept(
  (credential) => `key-${createHash('sha256').update(credential).digest('hex').slice(0, 12)}`,
)

type Header = (name: string) => string | undefined

const nameByHeader = kept((authorization: string) => nameOfCredential(credentialIn(authorization)))

/** Whose world a request belongs to: `X-Backlot-Namespace`, or whoever the credential stands for, in a header or in an address that is signed. */
export function namespaceOf(header: Header, target = ''): string {
  const named = header('x-backlot-namespace')
  if (named !== undefined && named !== '') return named
  const authorization = header('authorization')
  if (authorization !== undefined) return nameByHeader(authorization)
  // A presigned address of AWS carries its access key.
  const credential = header('x-api-key') ?? /[?&]X-Amz-Credential=([^%/&]+)/.exec(target)?.[1]
  return credential === undefined ? DEFAULT_NAMESPACE : nameOfCredential(credential)
}

/** The credential in a header where vendors have it: bearer and basic, AWS signatures. */
function credentialIn(authorization: string): string {
  // A signature is new each time; the access key in it is not.
  const signed = /^AWS4-HMAC-SHA256 .*?Credential=([^/,\s]+)/.exec(authorization)?.[1]
  if (signed !== undefined) return signed
  const [scheme = '', value = ''] = authorization.split(/\s+/, 2)
  return /^basic$/i.test(scheme) ? Buffer.from(value, 'base64').toString().replace(/:$/, '') : value || scheme
}
