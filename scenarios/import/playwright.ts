import { unzipSync } from 'fflate'
import type { Body, Call, Reader, Repairs } from './evidence.ts'
import { callOfEntry } from './har.ts'
import { asList, asNumber, asObject, asText, type Loose, parseLoose } from './pick.ts'

const UNPACKED_MAX = 512 * 1_048_576
const utf8 = new TextDecoder()

/** Reads traces of Playwright: the archive, or one of the files in it. Requests carry the action that caused them. */
export const readPlaywright: Reader = async function* (source, repairs) {
  const bytes = await source.bytes()
  const files = bytes[0] === 0x50 && bytes[1] === 0x4b ? unpack(bytes, repairs) : { 'trace.network': bytes }
  const names = Object.keys(files)
  let found = 0
  for (const name of names
    .filter((one) => one.endsWith('.network') || /(^|\/)\d*-?trace\.trace$|trace\.trace$/.test(one))
    .sort()) {
    const actions = actionsOf(files[name.replace(/\.network$/, '.trace')])
    const lines = utf8.decode(files[name]).split('\n')
    for (const [index, line] of lines.entries()) {
      if (!line.includes('"resource-snapshot"')) continue
      const row = asObject(parseLoose(line))
      const at = `${name} line ${index + 1}`
      if (row.type !== 'resource-snapshot') {
        if (line.trim() !== '') repairs.add('a line is no JSON; it is left out', at)
        continue
      }
      found += 1
      const snapshot = asObject(row.snapshot)
      const action = actionBefore(actions, asNumber(snapshot._monotonicTime))
      const call = callOfEntry(
        { ...snapshot, _monotonicContext: name.replace(/\.(network|trace)$/, '') },
        { file: source.file, at: action === undefined ? at : `${at}, after ${action}` },
        repairs,
      )
      if (call !== undefined) yield withBodies(call, snapshot, files, repairs)
    }
  }
  // A HAR that was recorded into an archive has its bodies beside it, too.
  for (const name of names.filter((one) => one.endsWith('.har')).sort()) {
    const log = asObject(asObject(parseLoose(utf8.decode(files[name]))).log)
    for (const [index, entry] of asList(log.entries).entries()) {
      found += 1
      const row = asObject(entry)
      const call = callOfEntry(row, { file: source.file, at: `${name} log.entries[${index}]` }, repairs)
      if (call !== undefined) yield withBodies(call, row, files, repairs)
    }
  }
  if (found === 0) repairs.add('there are no resource snapshots', 'the file')
}

function unpack(bytes: Uint8Array, repairs: Repairs): Readonly<Record<string, Uint8Array>> {
  let total = 0
  try {
    return unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        if (/\.(png|jpe?g|webm|woff2?|ttf)$/i.test(name)) return false
        total += originalSize
        if (total <= UNPACKED_MAX) return true
        repairs.add('the archive unpacks to more than 512 MB; the rest is left out', name)
        return false
      },
    })
  } catch (error) {
    repairs.add(
      `the archive cannot be unpacked (${error instanceof Error ? error.message : String(error)})`,
      'the file',
    )
    return {}
  }
}

/** Bodies lie beside the trace, named by their digest. */
function withBodies(call: Call, snapshot: Loose, files: Readonly<Record<string, Uint8Array>>, repairs: Repairs): Call {
  const body = (row: Loose, told: Body): Body => {
    const digest = asText(row._sha1)
    // Newer ones name the file, older ones the digest it is called by.
    const file = asText(row._file) ?? (digest === undefined ? undefined : `resources/${digest}`)
    if (file === undefined) return told
    const bytes = files[file]
    if (bytes !== undefined) return bytes.length === 0 ? { kind: 'empty' } : { kind: 'bytes', bytes, cut: false }
    repairs.add('a body is missing from the archive', call.from.at)
    return { kind: 'absent', why: 'the body is missing from the archive' }
  }
  const content = asObject(asObject(snapshot.response).content)
  return {
    ...call,
    requestBody: body(asObject(asObject(snapshot.request).postData), call.requestBody),
    responseBody: call.status === undefined ? call.responseBody : body(content, call.responseBody),
  }
}

type Action = { readonly atMs: number; readonly name: string }

/** What the test did, such as `Page.click`: names only, for what it typed may be a secret. */
function actionsOf(bytes: Uint8Array | undefined): readonly Action[] {
  if (bytes === undefined) return []
  return utf8
    .decode(bytes)
    .split('\n')
    .flatMap((line): Action[] => {
      if (!line.includes('"before"') && !line.includes('"action"')) return []
      const row = asObject(parseLoose(line))
      const atMs = asNumber(row.startTime)
      const [kind, method] = [asText(row.class), asText(row.method)]
      if (atMs === undefined || kind === undefined || method === undefined) return []
      return /^\w{1,40}$/.test(kind) && /^\w{1,40}$/.test(method) ? [{ atMs, name: `${kind}.${method}` }] : []
    })
    .sort((a, b) => a.atMs - b.atMs)
}

const actionBefore = (actions: readonly Action[], atMs: number | undefined): string | undefined =>
  atMs === undefined ? undefined : actions.findLast((action) => action.atMs <= atMs)?.name
