import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { detect } from '../../../scenarios/import/detect.ts'
import { type Call, createRepairs, type EvidenceKind } from '../../../scenarios/import/evidence.ts'
import { type Imported, type ImportOptions, importEvidence } from '../../../scenarios/import/import.ts'
import { READERS } from '../../../scenarios/import/readers.ts'
import { sourceOfBytes } from '../../../scenarios/import/source.ts'
import { stripe } from '../../../twins/stripe/index.ts'
import type { TwinDefinition } from '../../../twins/twin.ts'
import { ledger } from '../support/ledger.ts'

export const fixture = (name: string): Uint8Array =>
  readFileSync(fileURLToPath(new URL(`../../fixtures/import/${name}`, import.meta.url)))

/** What a reader makes of a text or bytes: its calls, and its repairs in words. */
export async function readAll(
  content: string | Uint8Array,
  kind?: EvidenceKind,
  name = 'evidence',
): Promise<{
  readonly kind: EvidenceKind | undefined
  readonly calls: readonly Call[]
  readonly repairs: readonly string[]
  /** How much was told to be left out. */
  readonly leftOut: number
}> {
  const source = sourceOfBytes(name, Buffer.from(content))
  const found = kind ?? detect(source)
  const repairs = createRepairs(1)
  const calls: Call[] = []
  if (found !== undefined) for await (const call of READERS[found](source, repairs)) calls.push(call)
  const leftOut = repairs.list.reduce((sum, { what, count }) => sum + (what.endsWith('it is left out') ? count : 0), 0)
  return { kind: found, calls, repairs: repairs.list.map(({ what }) => what), leftOut }
}

export const TWINS = [ledger, stripe] as readonly unknown[] as readonly TwinDefinition<unknown>[]

/** Imports texts as if they were files. */
export function importTexts(
  contents: readonly (string | Uint8Array)[],
  more: Partial<ImportOptions> = {},
): Promise<Imported> {
  return importEvidence(
    contents.map((_, at) => ({ path: `evidence-${at + 1}` })),
    {
      id: 'night',
      twins: TWINS,
      origins: ['https://shop.test'],
      service: undefined,
      timing: 'time',
      examples: [],
      defaults: {},
      key: 'a key for tests',
      vocabulary: [],
      redact: true,
      callsMax: 1000,
      keepEvidence: false,
      open: (path, file) => sourceOfBytes(path, Buffer.from(contents[file - 1] ?? ''), file),
      ...more,
    },
  )
}

export const START: number = Date.parse('2026-05-04T21:59:58.250Z')

export type EntryOptions = {
  readonly tookMs?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly answerHeaders?: Readonly<Record<string, string>>
  readonly error?: string
}

const list = (headers: Readonly<Record<string, string>> | undefined): readonly object[] =>
  Object.entries(headers ?? {}).map(([name, value]) => ({ name, value }))

/** An entry of a HAR. A status of 0 is a request that nobody answered. */
export function entry(
  atMs: number,
  call: string,
  body: unknown,
  status: number,
  answer?: unknown,
  options: EntryOptions = {},
): object {
  const [method, url] = call.split(' ')
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return {
    startedDateTime: new Date(START + atMs).toISOString(),
    time: options.tookMs ?? 300,
    request: {
      method,
      url,
      httpVersion: 'HTTP/1.1',
      headers: [{ name: 'Content-Type', value: 'application/json' }, ...list(options.headers)],
      ...(body === undefined ? {} : { postData: { mimeType: 'application/json', text } }),
    },
    response:
      status === 0
        ? { status: 0, headers: [], content: {}, _error: options.error ?? 'ECONNRESET' }
        : {
            status,
            headers: list(options.answerHeaders),
            content: { text: typeof answer === 'string' ? answer : JSON.stringify(answer ?? {}) },
          },
  }
}

export const har = (...entries: readonly object[]): string => JSON.stringify({ log: { version: '1.2', entries } })

/** The story that an import wrote. */
export const storyOf = ({ outputs }: Imported): string => outputs.find(({ name }) => name.endsWith('.md'))?.text ?? ''
