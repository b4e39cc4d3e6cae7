import { createHash } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { canonical, type Json } from '../../twins/trace.ts'

/** What the first entry follows. */
export const GENESIS: string = '0'.repeat(64)

export type Entry = { readonly [key: string]: Json | undefined }
/** A file of entries, one a line, each with the hash of all before it: an edit inside shows as long as the head is known elsewhere. */
export type Chain = {
  readonly entries: readonly Entry[]
  readonly head: string
  /** The head before each entry. */
  readonly heads: readonly string[]
}

const link = (prev: string, entry: Entry): string =>
  createHash('sha256').update(prev).update(canonical(entry)).digest('hex')

/** Reads a chain; a missing file is an empty one. Throws with the line where it is broken. */
export function readChain(path: string): Chain {
  if (!existsSync(path)) return { entries: [], head: GENESIS, heads: [] }
  const { lines, rest } = split(readFileSync(path))
  if (rest > 0) throw new Error(`${path}:${lines.length + 1}: expected a whole line, got a part of one.`)
  const entries: Entry[] = []
  const heads: string[] = []
  let head = GENESIS
  for (const [at, line] of lines.entries()) {
    const broken = (what: string): Error => new Error(`${path}:${at + 1}: expected ${what}. The ledger was changed.`)
    let read: unknown
    try {
      read = JSON.parse(line)
    } catch {
      throw broken('an entry, got something else')
    }
    if (read === null || typeof read !== 'object' || Array.isArray(read)) throw broken('an entry, got something else')
    const { hash, ...entry } = read as Entry
    if (`${canonical({ ...entry, hash })}` !== line) throw broken('an entry in its one spelling')
    if (hash !== link(head, entry)) throw broken('the hash of what stands before')
    entries.push(entry)
    heads.push(head)
    head = hash
  }
  return { entries, head, heads }
}

/** Cuts off what a killed writer left half written; the caller holds a lock. */
export function mendChain(path: string): void {
  if (!existsSync(path)) return
  const bytes = readFileSync(path)
  const { rest } = split(bytes)
  if (rest > 0) truncateSync(path, bytes.length - rest)
}

/** Appends one entry, on disk before it returns; the caller holds a lock. */
export function appendChain(path: string, entry: Entry): string {
  mkdirSync(dirname(path), { recursive: true })
  mendChain(path)
  const { head } = readChain(path)
  const hash = link(head, entry)
  const file = openSync(path, 'a')
  try {
    writeSync(file, `${canonical({ ...entry, hash })}\n`)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  return hash
}

/** Whole lines, and how many bytes of a last one are there without its end. */
function split(bytes: Buffer): { readonly lines: readonly string[]; readonly rest: number } {
  const end = bytes.lastIndexOf(0x0a) + 1
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(0, end))
  return { lines: text === '' ? [] : text.slice(0, -1).split('\n'), rest: bytes.length - end }
}
