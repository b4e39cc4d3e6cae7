import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { UsageError } from '../gate/workspace.ts'

/** SHA-256 of the public key's DER: the name of a key. */
export const keyId = (key: KeyObject): string => createHash('sha256').update(spki(key)).digest('hex')

const spki = (key: KeyObject): Buffer =>
  (key.type === 'private' ? createPublicKey(key) : key).export({ type: 'spki', format: 'der' })

/** A public key in one line, as backlot.yaml holds it. */
export const printPublicKey = (key: KeyObject): string => spki(key).toString('base64')

/** A key out of that line. */
export const parsePublicKey = (line: string): KeyObject =>
  createPublicKey({ key: Buffer.from(line, 'base64'), type: 'spki', format: 'der' })

/** Reads a private key: PEM, as `backlot key new` or `openssl genpkey -algorithm ed25519` write it. */
export const readPrivateKey = (file: string): KeyObject => read(file, 'private', (text) => createPrivateKey(text))

/** Reads a public key: PEM, a line of base64, or a private key, of which it takes the public half. */
export const readPublicKey = (file: string): KeyObject =>
  read(file, 'public', (text) => (text.startsWith('-----') ? createPublicKey(text) : parsePublicKey(text.trim())))

function read(file: string, kind: 'private' | 'public', parse: (text: string) => KeyObject): KeyObject {
  const wayOut = 'Make one: npx backlot key new FILE.'
  if (!existsSync(file)) throw new UsageError(`expected a ${kind} key in ${file}, got no such file. ${wayOut}`)
  let key: KeyObject
  try {
    key = parse(readFileSync(file, 'utf8'))
  } catch {
    throw new UsageError(`${file}: expected a ${kind} ed25519 key, got something else. ${wayOut}`)
  }
  if (key.asymmetricKeyType !== 'ed25519')
    throw new UsageError(`${file}: expected an ed25519 key, got ${key.asymmetricKeyType}. ${wayOut}`)
  return key
}

/** Makes a key and writes its private half, readable by its owner alone. Never over a file that exists. */
export function newKey(file: string): KeyObject {
  const { privateKey } = generateKeyPairSync('ed25519')
  try {
    writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST')
      throw new UsageError(`expected ${file} to be free, got a file of that name. Keys are not written over.`)
    throw error
  }
  return privateKey
}
