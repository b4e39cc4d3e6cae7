import { absent, type Call, headerIn, type Reader, type Repairs } from './evidence.ts'
import { parseRaw, type RawMessage } from './message.ts'

/** Between two records: a line of three monkeys. */
const SEPARATOR = Buffer.from('\n🐵🙈🙉\n').toString('latin1')
/** Requests wait so many records for their answer. */
const WAITING_MAX = 5_000
const RECORD_MAX = 64 * 1_048_576

/** Reads GoReplay files: raw requests, and their answers where they were recorded. */
export const readGoReplay: Reader = async function* (source, repairs) {
  const waiting = new Map<string, Call>()
  let rest = ''
  let records = 0
  let ready: Call[] = []
  const take = (record: string): void => {
    if (record.trim() === '') return
    const at = `record ${++records}`
    const [type, id, call, response] = parseRecord(record, { file: source.file, at }, repairs)
    if (type === 'request' && call !== undefined) {
      // An id used again, or one too many that wait: the older one goes without its answer.
      const older = waiting.has(id) ? id : waiting.size >= WAITING_MAX ? waiting.keys().next().value : undefined
      const early = older === undefined ? undefined : waiting.get(older)
      if (older !== undefined) waiting.delete(older)
      if (early !== undefined) ready.push(early)
      waiting.set(id, call)
    } else if (type === 'response' && response !== undefined) {
      const asked = waiting.get(id)
      if (asked === undefined) return repairs.add('an answer has no request; it is left out', at)
      waiting.delete(id)
      ready.push(answered(asked, response))
    }
  }
  for await (const text of source.texts('latin1')) {
    const parts = (rest + text).split(SEPARATOR)
    rest = parts.pop() ?? ''
    for (const record of parts) take(record)
    if (rest.length > RECORD_MAX) {
      repairs.add('a record is larger than 64 MB; it is left out', `record ${records + 1}`)
      rest = ''
    }
    yield* ready
    ready = []
  }
  if (rest.trim() !== '') {
    repairs.add('the last record has no separator', `record ${records + 1}`)
    take(rest)
  }
  yield* ready
  yield* waiting.values()
  if (records === 0) repairs.add('there are no records', 'the file')
}

type Answer = {
  readonly message: RawMessage
  readonly status: number | undefined
  readonly atMs: number | undefined
  readonly latencyMs: number | undefined
}

function parseRecord(
  record: string,
  from: Call['from'],
  repairs: Repairs,
): readonly ['request' | 'response' | 'none', string, Call | undefined, Answer | undefined] {
  const lineEnd = record.indexOf('\n')
  const header = (lineEnd < 0 ? record : record.slice(0, lineEnd)).trim()
  const parsed = /^([123]) (\S+) (-?\d+)(?: (-?\d+))?$/.exec(header)
  const message = lineEnd < 0 ? undefined : parseRaw(record.slice(lineEnd + 1))
  if (parsed === null || message === undefined) {
    repairs.add(
      parsed === null ? 'a record has no header line; it is left out' : 'a record is empty; it is left out',
      from.at,
    )
    return ['none', '', undefined, undefined]
  }
  for (const repair of message.repairs) repairs.add(repair, from.at)
  const [, type, id = '', ns = '0', latency] = parsed
  const atMs = BigInt(ns) > 0n ? Number(BigInt(ns) / 1000n) / 1000 : undefined
  if (type !== '1') {
    // What the replayed service said is no evidence of the night.
    if (type === '3') return ['none', id, undefined, undefined]
    const status = /^HTTP\/\S+ (\d{3})/.exec(message.startLine)?.[1]
    const latencyMs = latency === undefined ? undefined : Number(latency) / 1_000_000
    return [
      'response',
      id,
      undefined,
      { message, status: status === undefined ? undefined : Number(status), atMs, latencyMs },
    ]
  }
  const line = /^([A-Z]+) (\S+)(?: HTTP\/\S+)?$/.exec(message.startLine.trim())
  if (line === null) {
    repairs.add('a record is no HTTP request; it is left out', from.at)
    return ['none', id, undefined, undefined]
  }
  const [, method = 'GET', target = '/'] = line
  const host = headerIn(message.headers, 'host')
  if (host === undefined) repairs.add('a request names no host', from.at)
  const call: Call = {
    from,
    direction: 'inbound',
    startMs: atMs,
    durationMs: undefined,
    method,
    url: /^https?:/i.test(target) ? target : target.startsWith('/') ? target : `/${target}`,
    requestHeaders: message.headers,
    requestBody: message.body,
    status: undefined,
    responseHeaders: undefined,
    responseBody: absent('answers were not recorded'),
    error: undefined,
    actor: undefined,
  }
  return ['request', id, call, undefined]
}

function answered(call: Call, { message, status, atMs, latencyMs }: Answer): Call {
  const durationMs = latencyMs ?? (atMs !== undefined && call.startMs !== undefined ? atMs - call.startMs : undefined)
  return {
    ...call,
    durationMs: durationMs !== undefined && durationMs >= 0 ? durationMs : undefined,
    status,
    responseHeaders: message.headers,
    responseBody: message.body,
    error: status === undefined ? 'no answer' : undefined,
  }
}
