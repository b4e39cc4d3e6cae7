import crypto from 'node:crypto'
import { seededBytes } from './chance.ts'

type Made = (error: Error | null, key?: crypto.KeyObject) => void
type Generate = (type: 'hmac' | 'aes', options: { readonly length: number }) => crypto.KeyObject

/** OpenSSL draws keys from entropy of its own. Those that are nothing but bytes are drawn from the run's chance, once Node has found nothing wrong with what was asked. */
export function installKeys(): void {
  const { createSecretKey } = crypto
  const real = crypto.generateKeySync as Generate
  const generateKeySync: Generate = (type, options) =>
    createSecretKey(seededBytes('key', real(type, options).symmetricKeySize ?? 0))
  const generateKey = (type: 'hmac' | 'aes', options: { readonly length: number }, done: Made): void => {
    const key = generateKeySync(type, options)
    process.nextTick(done, null, key)
  }
  Object.assign(crypto, { generateKeySync, generateKey })

  const subtle = Object.getPrototypeOf(crypto.webcrypto.subtle) as crypto.webcrypto.SubtleCrypto
  const { generateKey: generate, importKey } = subtle
  const drawn = async function (this: crypto.webcrypto.SubtleCrypto, ...args: unknown[]): Promise<unknown> {
    const made = (await Reflect.apply(generate, this, args)) as crypto.webcrypto.CryptoKey | object
    if (!('type' in made) || made.type !== 'secret') return made
    const algorithm = made.algorithm as { readonly name: string; readonly length: number }
    const bytes = seededBytes('key', Math.ceil(algorithm.length / 8))
    return Reflect.apply(importKey, this, ['raw', bytes, algorithm, made.extractable, made.usages])
  }
  Object.defineProperty(subtle, 'generateKey', { value: drawn, writable: true, configurable: true, enumerable: true })
}
