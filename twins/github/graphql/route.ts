import { type DocumentNode, executeSync, GraphQLError, type GraphQLFormattedError, parse, validate } from 'graphql'
import type { Json } from '../../trace.ts'
import { roleOn } from '../access.ts'
import { type Ask, gap, type On, ok, type Reply } from '../ask.ts'
import { account, findRepo } from '../github.ts'
import { quotaOf } from '../limits.ts'
import { findIssues } from '../search/issues.ts'
import { type Row, rowOf, text } from '../store.ts'
import { GitHubError, iso } from '../wire.ts'
import { actor, type Node, organization, user } from './accounts.ts'
import { type Connection, connection, type PageArgs, refusal } from './connection.ts'
import { issueNode, labelNode, milestoneNode, pullNode } from './issues.ts'
import { mutations } from './mutations.ts'
import { repository } from './repository.ts'
import { SCHEMA } from './schema.ts'

function visibleRepo(ask: Ask, name: string): Row {
  const moved = ask.github.store.get('~moved', name.toLowerCase())
  const repo = findRepo(ask.github, moved === undefined ? name : text(moved.to))
  if (repo === undefined || roleOn(ask.github, ask.viewer, repo) === 'none')
    throw refusal('NOT_FOUND', `Could not resolve to a Repository with the name '${name}'.`)
  return repo
}

function named(ask: Ask, login: string, kind: 'User' | 'Organization'): Row {
  const row = account(ask.github, login)
  if (row === undefined || (row.type === 'Organization') !== (kind === 'Organization'))
    throw refusal(
      'NOT_FOUND',
      `Could not resolve to ${kind === 'User' ? 'a User' : 'an Organization'} with the login of '${login}'.`,
    )
  return row
}

/** The thing a global id stands for. */
function node(ask: Ask, id: string): Node {
  const found = ask.github.store.byNode(id)
  if (found === undefined) throw refusal('NOT_FOUND', `Could not resolve to a node with the global id of '${id}'`)
  const { collection, row } = found
  const [kind, owner, name, what] = collection.split('/')
  if (collection === 'users') return actor(ask, text(row.login)) ?? user(ask, row)
  if (collection === 'repos') return repository(ask, visibleRepo(ask, text(row.full_name)))
  if (kind !== 'repos') throw gap('GraphQL beyond the common queries')
  const repo = visibleRepo(ask, `${owner}/${name}`)
  switch (what) {
    case 'issues':
      return row._pull === undefined ? issueNode(ask, repo, row) : pullNode(ask, repo, row)
    case 'labels':
      return labelNode(repo, row)
    case 'milestones':
      return milestoneNode(repo, row)
    default:
      throw gap('GraphQL beyond the common queries')
  }
}

type SearchArgs = PageArgs & { readonly query: string; readonly type: string }
function search(
  ask: Ask,
  args: SearchArgs,
): Connection<Node> & { readonly issueCount: number; readonly repositoryCount: number; readonly userCount: number } {
  if (args.type !== 'ISSUE') throw gap('GraphQL beyond the common queries')
  const hits = [...findIssues(ask, args.query)].sort((a, b) =>
    text(a.issue.created_at) < text(b.issue.created_at) ? 1 : -1,
  )
  const found = connection('search', hits, args, ({ repo, issue }) =>
    issue._pull === undefined ? issueNode(ask, repo, issue) : pullNode(ask, repo, issue),
  )
  return { ...found, issueCount: hits.length, repositoryCount: 0, userCount: 0 }
}

function queries(ask: Ask): { readonly [name: string]: unknown } {
  return {
    viewer() {
      const row = ask.viewer.kind === 'user' ? account(ask.github, ask.viewer.login) : undefined
      if (row === undefined) throw refusal('FORBIDDEN', 'Resource not accessible by integration')
      return user(ask, row)
    },
    repository: ({ owner, name }: { readonly owner: string; readonly name: string }) =>
      repository(ask, visibleRepo(ask, `${owner}/${name}`)),
    repositoryOwner: ({ login }: { readonly login: string }) => actor(ask, login),
    user: ({ login }: { readonly login: string }) => user(ask, named(ask, login, 'User')),
    organization: ({ login }: { readonly login: string }) => organization(ask, named(ask, login, 'Organization')),
    node: ({ id }: { readonly id: string }) => node(ask, id),
    nodes: ({ ids }: { readonly ids: readonly string[] }) => ids.map((id) => node(ask, id)),
    search: (args: SearchArgs) => search(ask, args),
    rateLimit() {
      const { limit, remaining, used, reset } = quotaOf(ask.github, ask.viewer, 'graphql')
      return { limit, cost: 1, remaining, used, resetAt: iso(reset * 1000), nodeCount: 0 }
    },
  }
}

/** GitHub's shape of an error: its kind stands beside the message. */
function shaped({ message, path, locations, extensions }: GraphQLFormattedError): Json {
  const { type } = extensions ?? {}
  return {
    ...(typeof type === 'string' ? { type } : {}),
    ...(path === undefined ? {} : { path }),
    ...(locations === undefined ? {} : { locations: locations as readonly unknown[] as readonly Json[] }),
    message,
  } as Json
}

/** What a REST route refuses, GraphQL refuses in its own words. */
const KINDS: Readonly<Record<number, string>> = {
  401: 'FORBIDDEN',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'UNPROCESSABLE',
  409: 'UNPROCESSABLE',
  422: 'UNPROCESSABLE',
}
function translated(error: GraphQLError): GraphQLError {
  const { originalError: cause } = error
  if (cause === undefined || cause instanceof GraphQLError) return error
  // A gap or a bug of ours is no answer of GitHub's.
  if (!(cause instanceof GitHubError)) throw cause
  const [first] = cause.errors ?? []
  const message = text(rowOf(first).message) || cause.message
  return new GraphQLError(message, {
    nodes: error.nodes,
    path: error.path,
    extensions: { type: KINDS[cause.status] ?? 'UNPROCESSABLE' },
  })
}

function run(ask: Ask): Reply {
  const { query, variables, operationName } = ask.body()
  if (typeof query !== 'string') throw new GitHubError(400, 'A query attribute must be specified and must be a string.')
  let document: DocumentNode
  try {
    document = parse(query)
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error
    return ok({ errors: [{ ...(shaped(error.toJSON()) as Row), message: error.message } as Json] })
  }
  // What GitHub has and this schema lacks cannot be told from what GitHub lacks too.
  if (validate(SCHEMA, document).length > 0) throw gap('GraphQL beyond the common queries')
  const rootValue = { ...queries(ask), ...mutations(ask) }
  const result = executeSync({
    schema: SCHEMA,
    document,
    rootValue,
    variableValues: rowOf(variables) as Readonly<Record<string, unknown>>,
    operationName: typeof operationName === 'string' ? operationName : null,
  })
  const data = JSON.parse(JSON.stringify(result.data ?? null)) as Json
  const errors = (result.errors ?? []).map(translated).map((error) => shaped(error.toJSON()))
  return ok({ ...(result.data === undefined ? {} : { data }), ...(errors.length === 0 ? {} : { errors }) })
}

export function addGraphqlRoutes(on: On): void {
  on('graphql', 'POST /graphql', run, 'user')
}
