import { type Ask, Refusal } from '../ask.ts'
import { projectOf, type Site } from '../site.ts'
import { type Component, type Fields, type Issue, type Project, textOf, type Version } from '../state.ts'

type Kind = 'components' | 'versions'
export type Found<Row> = { readonly project: Project; readonly row: Row }
const NAME_MAX = 255

export function found<Row extends Component | Version>({ site }: Ask, kind: Kind, id: string): Found<Row> | undefined {
  for (const project of site.store.projects.all()) {
    const row = project[kind].find((one) => one.id === id)
    if (row !== undefined) return { project, row: row as Row }
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

export function projectOfBody(ask: Ask): Project {
  const { project, projectId } = ask.body
  const wanted = textOf(projectId) || textOf(project)
  const row = projectOf(ask.site, wanted)
  if (row === undefined)
    throw wanted === ''
      ? new Refusal(400, [], { project: 'Project must be specified.' })
      : new Refusal(404, [`No project could be found with key '${wanted}'.`])
  return row
}
