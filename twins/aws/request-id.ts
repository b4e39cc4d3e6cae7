import type { World } from '../world.ts'

const HEX = '0123456789abcdef'

/** A UUID that hangs on the causal key: `5f1c0f4e-….`. */
export function uuid(world: World, name: string): string {
  const text = world.draw(name).text(32, HEX)
  const variant = '89ab'.charAt(Number.parseInt(text.charAt(16), 16) % 4)
  return `${text.slice(0, 8)}-${text.slice(8, 12)}-4${text.slice(13, 16)}-${variant}${text.slice(17, 20)}-${text.slice(20)}`
}

/** 16 characters as S3 numbers its requests. */
export const shortRequestId = (world: World): string =>
  world.draw('request id').text(16, '0123456789ABCDEFGHJKMNPQRSTVWXYZ')

/** The second id of a request to S3: 76 characters of base 64. */
export const hostId = (world: World): string =>
  `${world.draw('host id').text(75, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')}=`
