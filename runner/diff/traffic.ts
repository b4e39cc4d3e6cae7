import { existsSync, readFileSync } from 'node:fs'
import { parseScenarioFile } from '../../scenarios/parse/scenario-file.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import { UsageError } from '../gate/workspace.ts'
import { type Project, ProjectProblems } from '../project.ts'

/** What was read out of evidence; `nothing` says why there is nothing to replay. */
export type Evidence = { readonly scenarios: readonly Scenario[]; readonly nothing: string | undefined }

/** The stories to replay: a scenario file's, or what the evidence of a day tells of the requests that came in. */
export async function trafficOf(
  files: readonly string[],
  project: Project,
  read: (evidence: readonly string[]) => Promise<Evidence>,
): Promise<readonly Scenario[]> {
  for (const file of files)
    if (!existsSync(file)) throw new UsageError(`expected --traffic to be a file, got ${file}, which does not exist.`)
  const stories = files.filter((file) => /\.scenario\.(md|yaml)$/.test(file))
  const evidence = files.filter((file) => !stories.includes(file))
  const told = evidence.length === 0 ? { scenarios: [], nothing: undefined } : await read(evidence)
  if (told.nothing !== undefined)
    throw new UsageError(`expected --traffic to tell of requests that came in, got none: ${told.nothing}`)
  const own = stories.flatMap((file) => {
    const { scenarios, problems } = parseScenarioFile(file, readFileSync(file, 'utf8'), {
      twins: project.twins,
      rules: project.rules.map(({ id }) => id),
    })
    const errors = problems.filter(({ level }) => level === 'error')
    if (errors.length > 0) throw new ProjectProblems(errors)
    return scenarios
  })
  return [...own, ...told.scenarios]
}
