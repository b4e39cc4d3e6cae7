import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Item, Result } from '../../oracle/readiness/result.ts'
import { parseResult } from '../../oracle/readiness/result.ts'
import type { Project } from '../project.ts'
import { writeWhole } from './artefact.ts'

/** Where producers of readiness figures leave them: one small file an item. */
const pathOf = (project: Pick<Project, 'folder'>, item: Item): string =>
  join(project.folder, '.backlot', 'readiness', `${item}.json`)

/** What a figure was measured on, file by file: it is void when any of it changes. */
export function inputsOf({ folder, deciding }: Pick<Project, 'folder' | 'deciding'>): string {
  const hash = createHash('sha256')
  for (const file of [...deciding].sort()) {
    const path = join(folder, file)
    hash.update(file).update('\0')
    if (existsSync(path)) hash.update(readFileSync(path))
    hash.update('\0')
  }
  return hash.digest('hex')
}

/**
 * Keeps a figure for `backlot readiness`, bound to the files that decide. What took long to measure says by `inputs` what they were when
 * it began: somebody may have changed them meanwhile.
 */
export function writeResult(
  project: Pick<Project, 'folder' | 'deciding'>,
  result: Omit<Result, 'schema' | 'inputs'> & Partial<Pick<Result, 'inputs'>>,
): void {
  const { inputs = inputsOf(project) } = result
  const whole: Result = { schema: 'backlot.readiness-result/v1', ...result, inputs }
  writeWhole(pathOf(project, result.item), `${JSON.stringify(whole, null, 2)}\n`)
}

/** The figure on file, or undefined when there is none. Throws on a file that is not one. */
export function readResult(project: Pick<Project, 'folder'>, item: Item): Result | undefined {
  const path = pathOf(project, item)
  return existsSync(path) ? parseResult(path, readFileSync(path, 'utf8')) : undefined
}
