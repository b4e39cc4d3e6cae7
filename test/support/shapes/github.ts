/** GitHub's own description: the document of api.github.com, https://github.com/octokit/openapi. */
import { isDocument } from '../../../twins/github/routes/documents.ts'
import type { Answered } from '../shapes.ts'
import { differences, type Schema } from './differences.ts'
import { readDocument } from './github/document.ts'
import { excused } from './github/exceptions.ts'

/** What of an answer is looked at. */
export type Seen = Pick<Answered, 'operation' | 'method' | 'url' | 'status' | 'body'>

const described = readDocument()
const routes = Object.keys(described.answers).map((route) => {
  const [method = '', path = ''] = route.split(' ')
  return { method, route, parameters: path.split('{').length, pattern: patternOf(path) }
})
// What has fewer parameters is the nearer one.
routes.sort((one, other) => one.parameters - other.parameters)

/** Answers of a route that the document has; of the others nobody but recordings can tell. */
export const shapes: (answered: Seen) => readonly string[] = (answered) => {
  const { status, body, operation } = answered
  const answers = answersOf(answered)
  // What a seed holds as it was seen is shown as it is; tests make do with less.
  if (answers === undefined || isDocument(answered.url.pathname)) return []
  const schema = answers[status] ?? (status >= 400 ? ERROR : undefined)
  if (schema === undefined) return [`the answer: has a status beside ${Object.keys(answers).join(', ')}`]
  return differences(described.schemas, schema, body).filter((line) => !excused(operation, line))
}

/** A webhook's payload; `event` is its name, with the action if it has one: `issues.opened`. */
export function payloadShapes(event: string, body: unknown): readonly string[] {
  // Here the sender chooses what it is called; the document has one for all.
  const name = event.startsWith('repository_dispatch') ? DISPATCH : event.replaceAll(/[._]/g, '-')
  const schema = described.payloads[name]
  if (schema === undefined || schema === null) return ['is not described']
  return differences(described.schemas, schema, body).filter((line) => !excused(event, line))
}

const DISPATCH = 'repository-dispatch-sample.collected'
const ERROR: Schema = { $ref: '#/components/schemas/basic-error' }

function answersOf({ method, url }: Seen): Readonly<Record<string, Schema | null>> | undefined {
  // Things have a path by number as well.
  const path = url.pathname
    .replace(/^\/repositories\/\d+/, '/repos/-/-')
    .replace(/^\/organizations\/\d+\/team\b/, '/orgs/-/teams')
  const found = routes.find((route) => route.method === method && route.pattern.test(path))
  return found === undefined ? undefined : described.answers[found.route]
}

function patternOf(path: string): RegExp {
  const parts = path.split(/(\{\w+\*?\})/).map((part) => {
    if (!part.startsWith('{')) return part.replaceAll('.', '\\.')
    return part.endsWith('*}') ? '.+' : '[^/]+'
  })
  return new RegExp(`^${parts.join('')}/?$`)
}
