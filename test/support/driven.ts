/**
 * Sees which operations of a twin its official SDKs drive in a test file, and fails the file when one that test/docs/driven.json names is
 * driven no more. Before every test file of test/twins/; with BACKLOT_DRIVEN=FOLDER what was seen is written there instead.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { afterAll, expect } from 'vitest'
import type { TwinDefinition } from '../../twins/twin.ts'
import { type Driven, missing, sdkOf } from '../docs/driven.ts'

const ROOT = join(import.meta.dirname, '../..')
const file = relative(ROOT, expect.getState().testPath ?? '')
const [, name = ''] = /^test\/twins\/([\w-]+)\//.exec(file) ?? []
const index = join(ROOT, 'twins', name, 'index.ts')

if (name !== '' && existsSync(index)) {
  const seen = new Map<string, Set<string>>()
  const exported: Readonly<Record<string, unknown>> = await import(index)
  const definition = exported[name] as TwinDefinition<unknown> | undefined
  if (definition?.operations !== undefined) watch(definition, seen)
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from the pattern what fixtures are wanted.
  afterAll(({}, suite) => {
    const all = 'tasks' in suite ? suite.tasks : []
    const driven: Driven = Object.fromEntries([...seen].map(([sdk, operations]) => [sdk, [...operations].sort()]))
    const folder = process.env.BACKLOT_DRIVEN
    if (folder !== undefined)
      writeFileSync(join(folder, `${name} ${basename(file)}.json`), JSON.stringify({ file, driven }))
    // Part of a file drives part of it.
    else if (all.every((task) => task.mode === 'run' && task.result?.state === 'pass')) {
      const recorded = JSON.parse(readFileSync(join(ROOT, 'test/docs/driven.json'), 'utf8')) as Record<string, Driven>
      expect(missing(recorded[file] ?? {}, driven), 'Driven no more; npm run driven records what is.').toEqual([])
    }
  })
}

/** From now on notes every request that an SDK sends to a twin of this definition. */
function watch(definition: TwinDefinition<unknown>, seen: Map<string, Set<string>>): void {
  const create = definition.create.bind(definition)
  definition.create = (world, seed) => {
    const twin = create(world, seed)
    const answer = twin.fetch.bind(twin)
    return Object.assign(twin, {
      fetch(request: Request): Response | Promise<Response> {
        const sdk = sdkOf(request.headers, request.url)
        if (sdk === undefined) return answer(request)
        const header = (wanted: string): string | undefined => request.headers.get(wanted) ?? undefined
        const operation = twin.operationOf(request.method, new URL(request.url), header)
        if (operation !== undefined) seen.set(sdk, (seen.get(sdk) ?? new Set()).add(operation))
        return answer(request)
      },
    })
  }
}
