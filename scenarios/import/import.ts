import { createHash } from 'node:crypto'
import type { Exchange } from '../../twins/har.ts'
import type { Json } from '../../twins/trace.ts'
import { parseScenarioFile } from '../parse/scenario-file.ts'
import { printProblem, type Scenario } from '../scenario.ts'
import { type Composed, type ComposeOptions, compose } from './compose.ts'
import { detect } from './detect.ts'
import { type Draft, type FaultPart, READINGS } from './draft.ts'
import { type Call, createRepairs, EVIDENCE_KINDS, type EvidenceKind, type Repair, textOfBody } from './evidence.ts'
import { exchangesOf } from './infer/state.ts'
import {
  cannotProve,
  type FileEntry,
  LEDGER_SCHEMA,
  type Ledger,
  printLedger,
  type Row,
  rowOf,
  shownRepairs,
  sumsOf,
} from './ledger.ts'
import { READERS } from './readers.ts'
import { findLeaks, type Leak } from './redact/leak.ts'
import { cleanExpectation, cleanGiven, cleanPart } from './redact/part.ts'
import { createRedactor, type Redactor, type RedactorOptions } from './redact/redactor.ts'
import { openSource, type Source } from './source.ts'
import { createWindow, type Window } from './window.ts'
import { expressible, type Head, printBlock, printStory } from './write.ts'

/** A file of an incident. Its kind is told by its first bytes when it is left out. */
export type EvidenceFile = { readonly path: string; readonly kind?: EvidenceKind | undefined }

/** Answers of a twin that starts from `seed`, where they are not those of the recording: one sentence each. */
export type ForwardCheck = (
  twin: string,
  exchanges: readonly Exchange[],
  seed: Json,
) => Promise<readonly { readonly entry: number; readonly why: string }[]>

export type ImportOptions = Omit<ComposeOptions, 'isWord'> &
  Omit<RedactorOptions, 'vocabulary'> & {
    /** The scenario's id; also the name of its files. */
    readonly id: string
    readonly incident?: string | undefined
    readonly vocabulary: Iterable<string>
    /** False leaves everything as it was: for evidence that holds nothing to hide. */
    readonly redact: boolean
    /** So many calls of a file at most. */
    readonly callsMax: number
    readonly aroundMs?: number | undefined
    /** The evidence itself is kept beside the scenario, as redacted as all else. */
    readonly keepEvidence: boolean
    readonly forward?: ForwardCheck | undefined
    readonly onFile?: ((path: string, bytes: number) => void) | undefined
    readonly onBytes?: ((bytes: number) => void) | undefined
    /** A file in place of the one on disk. */
    readonly open?: ((path: string, file: number) => Source) | undefined
  }

/** A file to write, by its name. */
export type Output = { readonly name: string; readonly text: string }

export type Imported = {
  /** Why there is nothing to replay; then there are no scenarios and no outputs. */
  readonly nothing: string | undefined
  /** One, or one for each reading of what the evidence leaves open; parsed back from what is written. */
  readonly scenarios: readonly Scenario[]
  readonly ledger: Ledger
  readonly repairs: readonly Repair[]
  readonly outputs: readonly Output[]
}

/** What would have been written still holds secrets: nothing is. */
export class LeakFound extends Error {
  readonly leaks: readonly Leak[]
  constructor(leaks: readonly Leak[]) {
    super(`expected no secret of the evidence in what would be written, got ${leaks.length}; nothing was written`)
    this.name = 'LeakFound'
    this.leaks = leaks
  }
}

/** A file that nobody can tell the kind of. */
export class UnknownKind extends Error {
  constructor(path: string) {
    super(
      `${path}: expected a file of a known kind (${EVIDENCE_KINDS.join(', ')}), got something else. Name its kind first.`,
    )
    this.name = 'UnknownKind'
  }
}

/** Keys are tried in turn where a substitute happens to look like an original. */
const KEYS_TRIED = 3

/** From the files of an incident to scenarios, a ledger of where each field comes from, and what was put right on the way. */
export async function importEvidence(files: readonly EvidenceFile[], options: ImportOptions): Promise<Imported> {
  const read: Read[] = []
  for (const [at, file] of files.entries()) read.push(await readOne(file, at + 1, options))
  const calls = read.flatMap(({ window }) => window.calls)
  const repairs = read.flatMap((one) => one.repairs)
  let leaks: readonly Leak[] = []
  for (let attempt = 0; attempt < KEYS_TRIED; attempt++) {
    const made = await make(calls, read, repairs, {
      ...options,
      key: attempt === 0 ? options.key : `${options.key}/${attempt}`,
    })
    if (made.leaks.length === 0) return made.imported
    leaks = made.leaks
  }
  throw new LeakFound(leaks)
}

type Read = { readonly window: Window; readonly repairs: readonly Repair[]; readonly entry: FileEntry }

async function readOne({ path, kind: named }: EvidenceFile, file: number, options: ImportOptions): Promise<Read> {
  const source = options.open?.(path, file) ?? openSource(path, file, options.onBytes)
  options.onFile?.(path, source.size)
  const kind = named ?? detect(source)
  if (kind === undefined) throw new UnknownKind(path)
  const repairs = createRepairs(file)
  const window = createWindow(options.callsMax, options.aroundMs)
  for await (const call of READERS[kind](source, repairs)) window.push(call)
  if (source.brokenOff) repairs.add('the compressed file breaks off; what came before is used', 'the file')
  return {
    window,
    repairs: repairs.list,
    entry: { file, kind, sha256: source.digest(), bytes: source.size, calls: window.totals },
  }
}

type Made = { readonly imported: Imported; readonly leaks: readonly Leak[] }

async function make(
  calls: readonly Call[],
  read: readonly Read[],
  repairs: readonly Repair[],
  options: ImportOptions,
): Promise<Made> {
  const vocabulary = new Set(options.vocabulary)
  const redactor = createRedactor({ key: options.key, vocabulary, resign: options.resign })
  if (options.redact) for (const call of calls) survey(call, redactor)
  const composed = compose(calls, {
    ...options,
    isWord: (part, before) => !options.redact || redactor.address(`/${before}/${part}`).endsWith(`/${part}`),
  })
  const files = read.map(({ entry }) => entry)
  const base = { files, repairs, composed, options }
  if (composed.draft === undefined) {
    const ledger = ledgerOf([], [], base)
    return { leaks: [], imported: { nothing: composed.nothing, scenarios: [], ledger, repairs, outputs: [] } }
  }
  for (const { value } of composed.draft.when) if (typeof value.as === 'string') vocabulary.add(value.as)
  const clean = options.redact
    ? cleanDraft(composed.draft, redactor)
    : { draft: composed.draft, redacted: new Map<string, string>(), leaks: [] }
  const draft = {
    ...clean.draft,
    given: Object.fromEntries(Object.entries(clean.draft.given).map(([twin, fields]) => [twin, expressible(fields)])),
  }
  const unexplained = await forwardCheck(composed, options)
  const ledger = ledgerOf(rowsOf(draft, clean.redacted), unexplained, base)
  const written = write(draft, ledger, base)
  const evidence = options.keepEvidence
    ? [{ name: `${options.id}.evidence.jsonl`, text: evidenceText(calls, options.redact ? redactor : undefined) }]
    : []
  const outputs = [written.story, { name: `${options.id}.ledger.json`, text: printLedger(ledger) }, ...evidence]
  const found = options.redact
    ? findLeaks(
        Object.fromEntries(outputs.map(({ name, text }) => [name, text])),
        withoutFrame(redactor, draft, written.prose, ledger, calls),
      )
    : []
  return {
    leaks: [...clean.leaks, ...found],
    imported: { nothing: undefined, scenarios: written.scenarios, ledger, repairs, outputs },
  }
}

/** Of a body larger than this nothing is ever written, so nothing of it has to be known. */
const SURVEYED_MAX = 1_048_576
const KEPT_BODY_MAX = 65_536

/** Lets the redactor see everything, so that a secret of one place is one in every other. */
function survey(call: Call, redactor: Redactor): void {
  redactor.address(call.url)
  for (const headers of [call.requestHeaders, call.responseHeaders])
    for (const [name, value] of headers ?? []) redactor.header(name, value)
  for (const body of [call.requestBody, call.responseBody]) {
    const text = textOfBody(body)
    if (text !== undefined && text !== '' && text.length <= SURVEYED_MAX) redactor.text(text, 'body')
  }
}

type Clean = { readonly draft: Draft; readonly redacted: ReadonlyMap<string, string>; readonly leaks: readonly Leak[] }

function cleanDraft(draft: Draft, redactor: Redactor): Clean {
  const redacted = new Map<string, string>()
  const leaks: Leak[] = []
  const when = draft.when.map((part, at): FaultPart => {
    const clean = cleanPart(part, redactor)
    for (const one of clean.redacted) redacted.set(`when.${at}.${one.at}`, one.type)
    leaks.push(...clean.leaks)
    return clean.part
  })
  const given = cleanGiven(draft.given, redactor)
  for (const one of given.redacted) redacted.set(one.at, one.type)
  leaks.push(...given.leaks)
  const then = draft.then.map((part) => cleanExpectation(part, redactor))
  return { draft: { ...draft, when, then, given: given.given }, redacted, leaks }
}

/** One row a field; what was replaced says so, and keeps its place. */
function rowsOf(draft: Draft, redacted: ReadonlyMap<string, string>): readonly Row[] {
  const rows = [
    rowOf(draft.clockNote, ''),
    ...draft.givenNotes.map((note) => rowOf(note, '')),
    ...draft.when.flatMap(({ notes }, at) => notes.map((note) => rowOf(note, `when.${at}`))),
    ...draft.then.flatMap(({ notes }, at) => notes.map((note) => rowOf(note, `then.${at}`))),
  ]
  const told = new Set(rows.map(({ at }) => at))
  const marked = rows.map((row): Row => {
    const type = redacted.get(row.at)
    return type === undefined ? row : { ...row, origin: 'redacted', type }
  })
  const others = [...redacted]
    .filter(([at]) => !told.has(at))
    .map(([at, type]): Row => ({ at, origin: 'redacted', from: [], type }))
  return [...marked, ...others]
}

type Base = {
  readonly files: readonly FileEntry[]
  readonly repairs: readonly Repair[]
  readonly composed: Composed
  readonly options: ImportOptions
}

const ledgerOf = (
  rows: readonly Row[],
  unexplained: readonly string[],
  { files, repairs, composed, options }: Base,
): Ledger => ({
  schema: LEDGER_SCHEMA,
  scenario: options.id,
  evidence: files,
  redaction: options.redact ? 'v1' : 'none',
  sums: sumsOf(rows),
  cannotProve: cannotProve(rows, composed.doubts, files, composed.open),
  readings: composed.open > 0 ? READINGS : [],
  repairs: shownRepairs(repairs),
  unexplained,
  actors: composed.actors,
  fields: rows,
})

/** Rule 6: started from what was inferred, the twins must say again what was recorded; what they do not is told, not patched. */
async function forwardCheck({ outbound, draft }: Composed, { forward }: ImportOptions): Promise<readonly string[]> {
  if (forward === undefined || draft === undefined) return []
  const told: string[] = []
  for (const [twin, calls] of Map.groupBy(outbound, (one) => one.twin)) {
    const good = calls
      .map(({ call }) => call)
      .filter(
        (call) =>
          call.status !== undefined && call.status < 500 && call.status !== 429 && call.responseBody.kind !== 'absent',
      )
    if (good.length === 0) continue
    const differing = await forward(twin, exchangesOf(good), (draft.given[twin] ?? {}) as Json)
    for (const { entry, why } of differing) {
      const from = good[entry - 1]?.from
      if (from !== undefined) told.push(`${twin}: ${from.file}:${from.at} is not explained (${why})`)
    }
  }
  return told
}

type Written = { readonly story: Output; readonly prose: string; readonly scenarios: readonly Scenario[] }

function write(draft: Draft, ledger: Ledger, { files, composed, options }: Base): Written {
  const { id, incident } = options
  const title = incident === undefined ? 'An incident, imported' : `Incident ${incident}, imported`
  const head: Head = {
    id,
    incident,
    title,
    evidence: {
      source: [...new Set(files.map(({ kind }) => kind))].join('+'),
      sha256: digestOf(files),
      redaction: ledger.redaction,
      ledger: `${id}.ledger.json`,
      ...(options.keepEvidence ? { kept: `${id}.evidence.jsonl` } : {}),
    },
  }
  const blocks =
    composed.open === 0
      ? [{ words: '', text: printBlock(draft, head, undefined) }]
      : READINGS.map((reading) => ({
          words:
            reading === 'answer-lost'
              ? 'Where no answer was seen, the first reading: the request arrived, and its answer was lost.'
              : 'The second reading: the request never arrived.',
          text: printBlock(draft, { ...head, id: `${id}-${reading}` }, reading),
        }))
  const { observed, derived, synthesised, redacted, missing } = ledger.sums
  const prose = [
    `Imported from ${files.map(({ kind }) => kind).join(', ')}. It was not yet seen to fail: until it is proven red on the code of that night, it does not gate.`,
    `Of ${observed + derived + synthesised + redacted + missing} fields ${observed} are observed, ${derived} derived, ${synthesised} synthesised, ${redacted} redacted and ${missing} missing; ${id}.ledger.json tells of each where it comes from.`,
    ledger.cannotProve.length === 0
      ? ''
      : `It cannot prove:\n\n${ledger.cannotProve.map((line) => `- ${line}`).join('\n')}`,
  ]
  const text = printStory({ title, prose, blocks })
  const name = `${id}.scenario.md`
  const parsed = parseScenarioFile(name, text, { twins: options.twins })
  const errors = parsed.problems.filter(({ level }) => level === 'error')
  if (errors.length > 0)
    throw new Error(`import: what was written cannot be read back. ${errors.map(printProblem).join('; ')}`)
  return {
    story: { name, text },
    prose: [title, ...prose, ...blocks.map(({ words }) => words)].join('\n'),
    scenarios: parsed.scenarios,
  }
}

const digestOf = (files: readonly FileEntry[]): string =>
  files.length === 1
    ? (files[0]?.sha256 ?? '')
    : createHash('sha256')
        .update(files.map(({ sha256 }) => sha256).join('\n'))
        .digest('hex')

/** The calls that were used, one a line, as redacted as the scenario. */
function evidenceText(calls: readonly Call[], redactor: Redactor | undefined): string {
  const lines = calls.map((call) => {
    const header = ([name, value]: readonly [string, string]): readonly [string, string] => [
      name,
      redactor === undefined ? value : redactor.sweep(redactor.header(name, value)),
    ]
    const body = (of: Call['requestBody']): Json => {
      const text = textOfBody(of)
      if (of.kind !== 'bytes' || text === undefined) return of.kind === 'absent' ? { absent: of.why } : null
      if (text.length > KEPT_BODY_MAX) return { absent: 'too large to keep' }
      return redactor === undefined ? text : redactor.sweep(redactor.text(text, 'body'))
    }
    return JSON.stringify({
      from: `${call.from.file}:${call.from.at}`,
      startMs: call.startMs ?? null,
      durationMs: call.durationMs ?? null,
      direction: call.direction,
      method: call.method,
      url: redactor === undefined ? call.url : redactor.sweep(redactor.address(call.url)),
      requestHeaders: call.requestHeaders?.map(header) ?? null,
      requestBody: body(call.requestBody),
      status: call.status ?? null,
      responseHeaders: call.responseHeaders?.map(header) ?? null,
      responseBody: body(call.responseBody),
      error:
        call.error === undefined
          ? null
          : redactor === undefined
            ? call.error
            : redactor.sweep(redactor.text(call.error, 'error')),
    })
  })
  return `${lines.join('\n')}\n`
}

/**
 * What must not be found, without the words that our own frame is made of: names of fields, routes, operations and the sentences
 * around. Somebody may be called Post; that a scenario says POST gives nobody away.
 */
function withoutFrame(
  redactor: Redactor,
  draft: Draft,
  prose: string,
  ledger: Ledger,
  calls: readonly Call[],
): Redactor['originals'] {
  const frame = new Set<string>()
  const take = (text: string): void => {
    for (const word of text.toLowerCase().split(/[^\p{L}]+/u)) frame.add(word)
  }
  take(prose)
  for (const { at, why = '', type = '' } of ledger.fields) take(`${at} ${why} ${type}`)
  take(JSON.stringify([ledger.repairs, ledger.cannotProve, ledger.unexplained]))
  for (const { value } of [...draft.when, ...draft.then])
    take(
      `${keysOf(value as Json)} ${String(value.call ?? '').replace(/\?.*$/, '')} ${String(value.state ?? '')} ${JSON.stringify(value.fault ?? value.event ?? '')}`,
    )
  take(keysOf(draft.given as Json))
  take(
    'schema id title incident clock given when then evidence source redaction ledger kept yaml scenario observed derived synthesised redacted missing fields',
  )
  take(EVIDENCE_WORDS)
  for (const { requestHeaders, responseHeaders } of calls)
    take([...(requestHeaders ?? []), ...(responseHeaders ?? [])].map(([name]) => name).join(' '))
  const isFrame = (value: string): boolean =>
    /^[\p{L}._-]+$/u.test(value) &&
    value
      .toLowerCase()
      .split(/[._-]+/)
      .every((word) => frame.has(word))
  return new Map([...redactor.originals].filter(([value]) => !isFrame(value)))
}

/** What lines of kept evidence say of themselves. */
const EVIDENCE_WORDS =
  'from start duration direction inbound outbound unknown method url request response headers body status error absent null true false example test https http log entries line span record'

function keysOf(value: Json | undefined): string {
  if (value === undefined || value === null || typeof value !== 'object') return ''
  return Object.entries(value)
    .map(([key, item]) => `${key} ${keysOf(item as Json)}`)
    .join(' ')
}
