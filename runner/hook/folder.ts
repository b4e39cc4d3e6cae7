import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { readYaml, validate } from '../../scenarios/parse/yaml.ts'
import { type Problem, printProblem } from '../../scenarios/scenario.ts'
import type { HookAgent } from './agent.ts'
import { patchChange } from './command.ts'
import { type Usage, usageSchema } from './contract.ts'
import { HookFailure } from './failure.ts'

export const ANSWERS = 'answers.yaml'

/** One prepared answer: a patch file, or an ending without one. */
type Prepared = {
  readonly file?: string | undefined
  readonly status?: 'declined' | 'failed' | 'needs-input' | undefined
  readonly notes?: string | undefined
  readonly usage?: Usage | undefined
}

const entry = z.strictObject({
  file: z.string().min(1).optional(),
  status: z.enum(['declined', 'failed', 'needs-input']).optional(),
  notes: z.string().optional(),
  usage: usageSchema.optional(),
})
const listSchema: z.ZodType<{ readonly schema: 1; readonly answers: readonly Prepared[] }> = z.strictObject({
  schema: z.literal(1, '1, the version of this format'),
  answers: z.array(z.union([z.string().transform((file) => ({ file })), entry])).min(1),
})

/**
 * The reference agent: answers attempt n with the n-th prepared candidate of a folder, in the order of `answers.yaml` or else by name.
 * When they are used up it declines. Throws `HookFailure` for a list that cannot be read or names a file that is not there.
 */
export function folderAgent(folder: string, list: string = join(folder, ANSWERS)): HookAgent {
  const prepared = existsSync(list) ? readList(list) : byName(folder)
  for (const { file } of prepared)
    if (file !== undefined && !existsSync(join(folder, file)))
      throw new HookFailure('bad-folder', `${list}: expected ${file} in ${folder}, got none`)
  return {
    about: { name: 'folder', version: '1', modelFamily: null, reply: ['patch'] },
    async change({ attempt, base }) {
      const answer = prepared[attempt - 1]
      if (answer === undefined)
        return { status: 'declined', notes: `${prepared.length} answers were prepared; this is attempt ${attempt}` }
      const { file, status, notes, usage } = answer
      const said = { ...(notes === undefined ? {} : { notes }), ...(usage === undefined ? {} : { usage }) }
      if (file === undefined) return { status: status ?? 'declined', ...said }
      return { status: 'completed', change: patchChange(readFileSync(join(folder, file)), base.commit), ...said }
    },
  }
}

function readList(file: string): readonly Prepared[] {
  const problems: Problem[] = []
  const yaml = readYaml({ file, text: readFileSync(file, 'utf8'), above: 0, decimals: false }, problems)
  const read = yaml === undefined ? undefined : validate(listSchema, yaml.value ?? {}, yaml, [], problems)
  if (read === undefined) throw new HookFailure('bad-folder', problems.map(printProblem).join('\n'))
  return read.answers
}

function byName(folder: string): readonly Prepared[] {
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.patch')) : []
  if (files.length === 0)
    throw new HookFailure('bad-folder', `expected ${ANSWERS} or *.patch files in ${folder}, got none`)
  return files.sort().map((file) => ({ file }))
}
