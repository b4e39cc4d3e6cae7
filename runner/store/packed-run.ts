import { gunzipSync, gzipSync } from 'node:zlib'
import { RUN_SCHEMA, type Run } from '../../scenarios/run.ts'
import { createRecorder, digest, type Trace } from '../../twins/trace.ts'

/** A run as text that takes little room: gzip in base 64. */
export const packRun = (run: Run): string => gzipSync(JSON.stringify(run), { level: 6 }).toString('base64')

/** A run unpacks to no more than this: what is packed may be a stranger's. */
const BYTES_MAX = 256 * 1024 * 1024

/** The run in a text. Throws when it is damaged: what happened in it has to give the hash that it claims. */
export function unpackRun(text: string): Run {
  const value: unknown = JSON.parse(gunzipSync(Buffer.from(text, 'base64'), { maxOutputLength: BYTES_MAX }).toString())
  if (value === null || typeof value !== 'object' || !('schema' in value) || value.schema !== RUN_SCHEMA)
    throw new Error(`expected a run (${RUN_SCHEMA}), got something else`)
  const run = value as Run
  const { states, draws, ending, pending } = run
  const got = digest({ trace: hashOf(run.trace), states, draws, ending: ending.kind, pending })
  if (got !== run.hash) throw new Error(`expected hash ${run.hash.slice(0, 16)}, got ${got.slice(0, 16)}`)
  return run
}

function hashOf(trace: Trace): string {
  let at = { atMs: 0, step: '' }
  const recorder = createRecorder(
    () => at.atMs,
    () => at.step,
  )
  for (const { atMs, step, type, fields } of trace) {
    at = { atMs, step }
    recorder.record(type, fields)
  }
  return recorder.hash()
}
