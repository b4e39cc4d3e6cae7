import { globSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { NotARecording, type Recording, readHar } from '../../twins/har.ts'
import type { TwinDefinition } from '../../twins/twin.ts'
import { liveRefusal, liveService, toHarEntry } from '../fidelity/live.ts'
import { measure } from '../fidelity/measure.ts'
import type { Answerer, Interaction } from '../fidelity/replay.ts'
import { percent, toMarkdown, toText } from '../fidelity/score.ts'
import { UsageError } from '../gate/workspace.ts'
import { loadTwin, NoTwin } from '../own-twins.ts'
import { fidelityPage } from '../report/html/fidelity.ts'
import { backlotVersion } from '../version.ts'

const FAIL = 1
const INCONCLUSIVE = 4

async function twinNamed(name: string): Promise<TwinDefinition<unknown>> {
  try {
    return await loadTwin(name)
  } catch (error) {
    throw error instanceof NoTwin ? new UsageError(error.message) : error
  }
}

/** The recordings that files and folders name, in the order of their names. */
function readAll(paths: readonly string[]): readonly Recording[] {
  const files = paths.flatMap((path) => {
    const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
    return isFolder
      ? globSync('**/*.har', { cwd: path })
          .sort()
          .map((file) => join(path, file))
      : [path]
  })
  if (files.length === 0) throw new UsageError(`expected HAR files, got none in ${paths.join(', ')}.`)
  try {
    return files.map(readHar)
  } catch (error) {
    if (error instanceof NotARecording) throw new UsageError(error.message)
    throw error
  }
}

function listAll(interactions: readonly Interaction[]): string {
  const lines = interactions.flatMap(({ file, entry, operation, outcome }) => {
    const where = `${file} entry ${entry} ${operation}`
    switch (outcome.kind) {
      case 'match':
        return []
      case 'unmodelled':
        return [`${where}: not modelled: ${outcome.why}`]
      case 'differs':
        return outcome.differences.map(
          ({ at, expected, got }) => `${where}: ${at}: recorded ${expected}, the twin gave ${got}`,
        )
      default:
        return outcome satisfies never
    }
  })
  return lines.length === 0 ? '' : `${lines.join('\n')}\n\n`
}

/** `fidelity`: the matrix. Exit 0 when both shares are reached, 1 when not, 4 when no interaction was replayed. */
export async function runFidelity(paths: readonly string[], options: Readonly<Record<string, unknown>>): Promise<void> {
  const definition = await twinNamed(String(options.twin))
  const recordings = readAll(paths)
  const live = options.live === true ? openLive(definition, options) : undefined
  if (options.live === true && live === undefined) return
  const where = live === undefined ? `the ${definition.name} twin` : `the real ${definition.name}`
  process.stderr.write(`replaying ${recordings.length} recordings at ${where}\n`)
  const { report, interactions } = await measure(definition, recordings, live?.answers)
  live?.close()
  if (options.all === true && options.json !== true) process.stdout.write(listAll(interactions))
  process.stdout.write(options.json === true ? `${JSON.stringify(report, null, 2)}\n` : toText(report, Date.now()))
  if (typeof options.markdown === 'string') writeFileSync(options.markdown, toMarkdown(report))
  const exitCode = judge(report, Number(options.matched), Number(options.modelled))
  if (typeof options.html === 'string')
    writeFileSync(options.html, fidelityPage(report, exitCode === 0, Date.now(), backlotVersion()))
  process.exitCode = exitCode
}

/** The real service, as something to measure; undefined, told and exit 4 when it cannot be asked. */
function openLive(
  definition: TwinDefinition<unknown>,
  options: Readonly<Record<string, unknown>>,
): { readonly answers: () => Answerer; readonly close: () => void } | undefined {
  const secret = process.env[definition.fidelity?.live?.env ?? '']
  const refusal = liveRefusal(definition, secret)
  if (refusal !== undefined || secret === undefined) {
    process.stderr.write(`INCONCLUSIVE: the real ${definition.name} was not asked: ${refusal}\n`)
    process.exitCode = INCONCLUSIVE
    return undefined
  }
  const entries: object[] = []
  return {
    answers: () =>
      liveService(definition, {
        secret,
        origin: typeof options.origin === 'string' ? options.origin : undefined,
        fetch: (request) => fetch(request, { redirect: 'manual' }),
        wait: (ms) => new Promise((done) => setTimeout(done, ms)),
        now: Date.now,
        onExchange: async (request, response, atMs) => void entries.push(await toHarEntry(request, response, atMs)),
      }),
    close() {
      if (typeof options.record !== 'string') return
      const creator = { name: 'backlot', version: backlotVersion() }
      writeFileSync(options.record, JSON.stringify({ log: { version: '1.2', creator, entries } }, null, 1))
    },
  }
}

function judge(
  {
    interactions,
    modelled,
    matched,
  }: { readonly interactions: number; readonly modelled: number; readonly matched: number },
  matchedMin: number,
  modelledMin: number,
): number {
  if (interactions === 0) {
    process.stderr.write('INCONCLUSIVE: the recordings hold no interaction\n')
    return INCONCLUSIVE
  }
  const reached =
    modelled > 0 && percent(matched, modelled) >= matchedMin && percent(modelled, interactions) >= modelledMin
  if (!reached)
    process.stderr.write(`FAIL: expected at least ${matchedMin} % to match and ${modelledMin} % to be modelled\n`)
  return reached ? 0 : FAIL
}
