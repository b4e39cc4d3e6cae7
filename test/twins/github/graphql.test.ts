import { graphql } from '@octokit/graphql'
import { expect, test } from 'vitest'
import { ACME, API, type Hub, openHub, transport } from './support.ts'

const client = ({ network }: Hub): typeof graphql =>
  graphql.defaults({
    baseUrl: API,
    headers: { authorization: 'token ghp_test' },
    request: { fetch: transport(network) },
  })

const REPO =
  '{ repository(owner: "acme", name: "app") { id nameWithOwner isPrivate defaultBranchRef { name target { ... on Commit { oid message history(first: 1) { totalCount } } } } viewerPermission } }'

test('the viewer and a repository are read', async () => {
  const ask = client(openHub(ACME))
  expect(await ask('{ viewer { login name isViewer } }')).toEqual({
    viewer: { login: 'ada', name: 'Ada', isViewer: true },
  })
  expect(await ask(REPO)).toMatchObject({
    repository: {
      nameWithOwner: 'acme/app',
      isPrivate: false,
      viewerPermission: 'ADMIN',
      defaultBranchRef: { name: 'main', target: { message: 'Initial commit', history: { totalCount: 1 } } },
    },
  })
})

test('ids are the same as over REST, and lead back', async () => {
  const hub = openHub(ACME)
  const ask = client(hub)
  const { repository } = await ask<{ repository: { id: string } }>(REPO)
  expect(repository.id).toBe((await hub.octokit.rest.repos.get({ owner: 'acme', repo: 'app' })).data.node_id)
  const query = 'query($id: ID!) { node(id: $id) { __typename ... on Repository { name } } }'
  expect(await ask(query, { id: repository.id })).toEqual({ node: { __typename: 'Repository', name: 'app' } })
})

test('issues are made, commented, closed and paged through', async () => {
  const hub = openHub(ACME)
  const ask = client(hub)
  const { repository } = await ask<{ repository: { id: string } }>(REPO)
  const make =
    'mutation($id: ID!, $title: String!) { createIssue(input: { repositoryId: $id, title: $title }) { issue { id number } } }'
  const made = await ask<{ createIssue: { issue: { id: string } } }>(make, { id: repository.id, title: 'One' })
  await ask(make, { id: repository.id, title: 'Two' })
  const id = made.createIssue.issue.id
  await ask(
    'mutation($id: ID!) { addComment(input: { subjectId: $id, body: "Hi" }) { commentEdge { node { body } } } }',
    { id },
  )
  await ask(
    'mutation($id: ID!) { closeIssue(input: { issueId: $id, stateReason: NOT_PLANNED }) { issue { state stateReason } } }',
    { id },
  )
  const page =
    'query($after: String) { repository(owner: "acme", name: "app") { issues(first: 1, after: $after) { totalCount nodes { title state comments(first: 5) { totalCount } } pageInfo { hasNextPage endCursor } } } }'
  type Page = { repository: { issues: { nodes: unknown[]; pageInfo: { endCursor: string } } } }
  const first = await ask<Page>(page)
  expect(first.repository.issues).toMatchObject({
    totalCount: 2,
    nodes: [{ title: 'One', state: 'CLOSED', comments: { totalCount: 1 } }],
    pageInfo: { hasNextPage: true },
  })
  const second = await ask<Page>(page, { after: first.repository.issues.pageInfo.endCursor })
  expect(second.repository.issues).toMatchObject({
    nodes: [{ title: 'Two', state: 'OPEN' }],
    pageInfo: { hasNextPage: false },
  })
})

test('a draft becomes ready and is merged', async () => {
  const hub = openHub(ACME)
  const ask = client(hub)
  hub.twin.happen('push', { repo: 'acme/app', login: 'bob', branch: 'main', files: { z: 'z' } })
  const app = { owner: 'acme', repo: 'app' }
  const { data } = await hub.octokit.rest.git.getRef({ ...app, ref: 'heads/main' })
  await hub.octokit.rest.git.createRef({ ...app, ref: 'refs/heads/more', sha: data.object.sha })
  hub.twin.happen('push', { repo: 'acme/app', login: 'bob', branch: 'more', files: { a: 'a' } })
  const pull = await hub.octokit.rest.pulls.create({ ...app, title: 'More', head: 'more', base: 'main', draft: true })
  const id = pull.data.node_id
  const merge =
    'mutation($id: ID!) { mergePullRequest(input: { pullRequestId: $id }) { pullRequest { state merged } } }'
  await expect(ask(merge, { id })).rejects.toMatchObject({ errors: [{ type: 'UNPROCESSABLE' }] })
  await ask(
    'mutation($id: ID!) { markPullRequestReadyForReview(input: { pullRequestId: $id }) { pullRequest { isDraft } } }',
    { id },
  )
  expect(await ask(merge, { id })).toEqual({ mergePullRequest: { pullRequest: { state: 'MERGED', merged: true } } })
})

test('what is not there is an error beside the data', async () => {
  const { raw } = openHub(ACME)
  const answer = await raw('POST', '/graphql', { query: '{ repository(owner: "acme", name: "none") { id } }' })
  expect([answer.status, await answer.json()]).toEqual([
    200,
    {
      data: { repository: null },
      errors: [
        {
          type: 'NOT_FOUND',
          path: ['repository'],
          locations: [{ line: 1, column: 3 }],
          message: "Could not resolve to a Repository with the name 'acme/none'.",
        },
      ],
    },
  ])
})

test('a connection without a size is refused', async () => {
  const ask = client(openHub(ACME))
  const query = '{ repository(owner: "acme", name: "app") { issues { totalCount } } }'
  await expect(ask(query)).rejects.toMatchObject({ errors: [{ type: 'MISSING_PAGINATION_BOUNDARIES' }] })
})
