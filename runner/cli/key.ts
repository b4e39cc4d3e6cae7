import { newKey, printPublicKey, readPublicKey } from '../evidence/key.ts'

/** `key new FILE`: the private half goes to the file, the public one to stdout. */
export function runKeyNew(file: string): void {
  const key = newKey(file)
  process.stderr.write(`wrote the private key to ${file}; keep it out of the repository. The public key:\n`)
  process.stdout.write(`${printPublicKey(key)}\n`)
}

export function runKeyShow(file: string): void {
  process.stdout.write(`${printPublicKey(readPublicKey(file))}\n`)
}
