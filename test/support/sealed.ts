import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { copyProject } from './cli.ts'

export const CANARY = 'backlot-canary-7f3a9c2d1e'

/** A sealed scenario for the tiny project; its canary stands in a comment, in its title and in what it expects, never in what it sends. */
export const SEALED: string = `# ${CANARY}
schema: 1
id: sealed-two-orders
title: Two orders are two charges (${CANARY})
covers: [REQ-7]
clock: 2026-05-04T09:00:00Z
when:
  - { as: a, call: POST /pay, body: { order: o7, amount: 1234 } }
  - { as: b, call: POST /pay, body: { order: o8, amount: 777 } }
then:
  - { answer: a, status: 201 }
  - { answer: b, status: 201 }
  - { state: stripe.charges, where: { amount: 777 }, count: 1 }
  - { state: stripe.charges, where: { description: ${CANARY} }, count: 0 }
`

/** Puts sealed scenarios beside the project and says so in its settings; the folder they are in. */
export function seal(
  project: ReturnType<typeof copyProject>,
  settings: string = '',
  scenario: string = SEALED,
): string {
  const folder = join(project.folder, '..', 'sealed')
  mkdirSync(folder)
  writeFileSync(join(folder, 'two.scenario.yaml'), scenario)
  const yaml = join(project.folder, 'backlot.yaml')
  writeFileSync(yaml, `${readFileSync(yaml, 'utf8')}holdouts: { from: ../sealed, seeds: 1${settings} }\n`)
  return folder
}

/**
 * A candidate that searches everything it can reach for a canary, at its start and at each of its first requests, and gives up loudly when it
 * finds one: its environment, arguments, descriptors, every file it may read, and all of its own memory.
 */
export const PROBE = `import { readdirSync, readFileSync, readlinkSync, openSync, readSync, closeSync } from 'node:fs'
import { join } from 'node:path'
const SKIP = new Set(['/proc', '/sys', '/dev', '/usr', '/lib', '/lib64', '/bin'])
const needles = [['latin1', 1], ['utf16le', 2]].map(([encoding, step]) => [Buffer.from('backlot-' + 'canary-', encoding), step])
// Only what goes on like a canary is one: the needles themselves lie in memory too.
const holds = (bytes: Buffer) => needles.some(([needle, step]) => {
  for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + 1)) {
    const tail = Array.from({ length: 6 }, (_, index) => bytes[at + needle.length + index * step] ?? 0)
    if (tail.every((next) => (next >= 48 && next <= 57) || (next >= 97 && next <= 122))) return true
  }
  return false
})
const look = (where: string, what: string | Buffer) => {
  if (!holds(typeof what === 'string' ? Buffer.from(what, 'latin1') : what)) return
  process.stderr.write('FOUND a canary in ' + where + '\\n')
  throw new Error('FOUND a canary in ' + where)
}
const quietly = <T>(work: () => T, otherwise: T): T => { try { return work() } catch { return otherwise } }
function walk(folder: string) {
  for (const entry of quietly(() => readdirSync(folder, { withFileTypes: true }), [])) {
    const path = join(folder, entry.name)
    if (SKIP.has(path) || entry.name === 'node_modules') continue
    look('the name of a file', entry.name)
    if (entry.isDirectory()) walk(path)
    else if (entry.isFile()) look('the file ' + path, quietly(() => readFileSync(path), ''))
  }
}
function memory() {
  const maps = quietly(() => readFileSync('/proc/self/maps', 'latin1'), '')
  const file = quietly(() => openSync('/proc/self/mem', 'r'), -1)
  if (file < 0) return 0
  const piece = Buffer.alloc(1 << 20)
  let bytes = 0
  for (const [, from = '', to = ''] of maps.matchAll(/^([0-9a-f]+)-([0-9a-f]+) rw.p/gm)) {
    for (let at = BigInt('0x' + from); at < BigInt('0x' + to); at += 1048000n) {
      const got = quietly(() => readSync(file, piece, 0, piece.length, at), 0)
      bytes += got
      look('memory', piece.subarray(0, got))
      if (got === 0) break
    }
  }
  closeSync(file)
  return bytes
}
export function probe() {
  look('the environment', JSON.stringify(process.env))
  look('the arguments', JSON.stringify([process.argv, process.execArgv, process.title]))
  for (const fd of quietly(() => readdirSync('/proc/self/fd'), [])) look('a descriptor', quietly(() => readlinkSync('/proc/self/fd/' + fd), ''))
  look('the environment of the process', quietly(() => readFileSync('/proc/self/environ', 'latin1'), ''))
  walk('/')
  return memory()
}
`

/** All text under a folder, file by file. */
export function textsUnder(folder: string): readonly (readonly [string, string])[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true }).flatMap((entry) => {
    const path = join(entry.parentPath, entry.name)
    if (path.includes('node_modules') || !entry.isFile()) return []
    return [[path, readFileSync(path, 'latin1')] as const]
  })
}
