import { type Ask, projectFor, Refusal } from '../ask.ts'
import { administers, seesProject } from '../permissions.ts'
import type { Site } from '../site.ts'
import { type Component, type Fields, type Issue, type Project, textOf, type Version } from '../state.ts'

type Kind = 'components' | 'versions'
export type Found<Row> = { readonly project: Project; readonly row: Row }
const NAME_MAX = 255

/** The component or version of that id, of a project that who asks sees. */
export function found<Row extends Component | Version>(
  { site, me }: Ask,
  kind: Kind,
  id: string,
): Found<Row> | undefined {
  for (const project of site.store.projects.all()) {
    const row = project[kind].find((one) => one.id === id)
    if (row !== undefined) return seesProject(site, me, project) ? { project, row: row as Row } : undefined
  }
  return undefined
}

export const issuesWith = (
  { store }: Site,
  { key }: Project,
  of: (issue: Issue) => readonly string[],
  name: string,
): readonly Issue[] => store.issues.all().filter((issue) => issue.project === key && of(issue).includes(name))

export function nameOf({ name }: Fields, taken: readonly string[], what: string): string {
  const text = textOf(name).trim()
  if (text === '') throw new Refusal(400, [], { name: `The ${what} name must not be empty.` })
  if (text.length > NAME_MAX) throw new Refusal(400, [], { name: `The ${what} name is too long.` })
  if (taken.includes(text))
    throw new Refusal(400, [], { name: `A ${what} with this name already exists in this project.` })
  return text
}

/** The project that a body names, which who asks has to administer. */
export function projectOfBody(ask: Ask, refusal: (key: string) => Refusal): Project {
  const { project, projectId } = ask.body
  const wanted = textOf(projectId) || textOf(project)
  const row = projectFor(ask, wanted)
  if (row === undefined)
    throw wanted === ''
      ? new Refusal(400, [], { project: 'Project must be specified.' })
      : new Refusal(404, [`No project could be found with key '${wanted}'.`])
  if (!administers(ask.site, ask.me, row)) throw refusal(row.key)
  return row
}
