import { BlockList, isIP } from 'node:net'
import { HookFailure } from './failure.ts'

/** Networks on which nothing of an agent's is expected: this machine, private, link-local, shared, test and multicast ranges. */
const INSIDE: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  ['::', 127, 'ipv6'],
  ['64:ff9b::', 96, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
]
const inside = new BlockList()
for (const [net, bits, family] of INSIDE) inside.addSubnet(net, bits, family)

/** Whether an address is on this machine or a private network. IPv4 in IPv6 clothes counts as what it is. */
export function isInside(address: string): boolean {
  const plain = mappedIpv4(address) ?? address
  return inside.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4')
}

/** `::ffff:127.0.0.1`, however it is spelt; the URL parser writes it in hexadecimal. */
function mappedIpv4(address: string): string | undefined {
  if (isIP(address) !== 6) return undefined
  const dotted = /^(?:0*:)*:?ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (dotted !== undefined) return dotted
  const [, high, low] = /^(?:0*:)*:?ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(address) ?? []
  if (high === undefined || low === undefined) return undefined
  const bits = (Number.parseInt(high, 16) << 16) | Number.parseInt(low, 16)
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join('.')
}

export const isLoopbackName = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host)

/**
 * Refuses a base URL that must not be asked: other than http and https, with credentials in it, or in clear over a network. What the
 * user spelt out as an address of this machine is theirs to say; a name that turns out to be one is not.
 */
export function checkUrl(text: string): URL {
  const bad = (got: string): HookFailure =>
    new HookFailure('bad-url', `hook url: expected https://... or http://127.0.0.1..., got ${got}`)
  if (!URL.canParse(text)) throw bad(`"${text}", which is no URL`)
  const url = new URL(text)
  if (url.username !== '' || url.password !== '') throw bad('one with a user and password; use hook.bearer-env')
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw bad(`"${url.protocol}"`)
  if (url.protocol === 'http:' && !isLoopbackName(url.hostname))
    throw bad('http over a network, where answers could be forged')
  return url
}

/** Refuses the address a host turned out to have, unless it was meant. Node asks `lookup` for names only, so literals come here too. */
export function checkAddress(host: string, address: string, privateNetwork: boolean): void {
  if (privateNetwork || isLoopbackName(host) || !isInside(address)) return
  throw new HookFailure(
    'blocked-address',
    `${host}: expected a public address, got ${address}. If it is meant, say hook.private-network: true.`,
  )
}
