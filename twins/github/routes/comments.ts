import type { Json } from '../../trace.ts'
import { loginOf } from '../access.ts'
import { type Ask, below, done, made, needSomebody, numberIn, type On, ok, type Reply, repoOf } from '../ask.ts'
import { emit } from '../events.ts'
import { keepIssue } from '../git/push.ts'
import { numberOf, repoPath } from '../github.ts'
import { page, sorted } from '../paging.ts'
import { person } from '../shapes/accounts.ts'
import { comment, commentsPath, issueBrief, mayTriage, REACTIONS } from '../shapes/issues.ts'
import { type Row, text } from '../store.ts'
import { forbidden, invalid, missingField, nodeId, notFound } from '../wire.ts'
import { issueIn } from './issues.ts'
import { releaseIn } from './releases.ts'

type Found = { readonly issue: Row; readonly row: Row }

/** A comment by its id, with the issue it is on. */
function find(ask: Ask, repo: Row): Found {
  const id = numberIn(ask, 'id')
  for (const issue of ask.github.store.rows(below(repo, 'issues'))) {
    const row = ask.github.store.get(commentsPath(repo, issue), id)
    if (row !== undefined) return { issue, row }
  }
  throw notFound()
}

/** Who may change what somebody else wrote. */
export function mine(ask: Ask, repo: Row, row: Row): void {
  needSomebody(ask, repo)
  if (row.user !== loginOf(ask.viewer) && !mayTriage(ask.github, ask.viewer, repo))
    throw forbidden('Must have write access to Repository.')
}

/** A seed's count of comments goes with what happens. */
const counted = (issue: Row, by: number): Row =>
  typeof issue._comments === 'number' ? { ...issue, _comments: issue._comments + by } : issue

export function createComment(ask: Ask): Reply {
  const repo = repoOf(ask)
  const user = needSomebody(ask, repo)
  const issue = issueIn(ask, repo)
  if (issue.locked === true && !mayTriage(ask.github, ask.viewer, repo))
    throw forbidden('Unable to create comment because issue is locked.')
  const { body } = ask.body()
  if (text(body).trim() === '') throw missingField('IssueComment', 'body')
  const id = ask.github.nextId()
  const now = ask.github.now()
  const row = ask.github.store.put(commentsPath(repo, issue), id, {
    id,
    node_id: nodeId('IC', Number(repo.id), id),
    user,
    body,
    created_at: now,
    updated_at: now,
    _issue: numberOf(issue),
  })
  const kept = keepIssue(ask.github, repo, { ...counted(issue, 1), updated_at: now })
  const doc = comment(ask.github, repo, kept, row)
  emit(ask.github, ask.viewer, repo, 'issue_comment.created', {
    issue: issueBrief(ask.github, repo, kept),
    comment: doc,
  })
  return made(doc)
}

const ORDERS = {
  created: (row: Row): string => text(row.created_at),
  updated: (row: Row): string => text(row.updated_at),
}

export function addCommentRoutes(on: On): void {
  const repo = '/repos/:owner/:repo'
  on('issues.comments.create', `POST ${repo}/issues/:number/comments`, createComment, 'user')
  on('issues.comments.list', `GET ${repo}/issues/:number/comments`, (ask) => {
    const of = repoOf(ask)
    const issue = issueIn(ask, of)
    const since = ask.query.get('since')
    const rows = ask.github.store
      .rows(commentsPath(of, issue))
      .filter((row) => !since || Date.parse(text(row.updated_at)) >= Date.parse(since))
    return page(ask, rows, (row) => comment(ask.github, of, issue, row))
  })
  on('issues.comments.list_for_repo', `GET ${repo}/issues/comments`, (ask) => {
    const of = repoOf(ask)
    const rows = ask.github.store
      .rows(below(of, 'issues'))
      .flatMap((issue) => ask.github.store.rows(commentsPath(of, issue)).map((row) => ({ ...row, _of: issue as Json })))
    return page(ask, sorted(ask, rows as readonly Row[], ORDERS, { sort: 'created', direction: 'asc' }), (row) =>
      comment(ask.github, of, row._of as Row, row),
    )
  })
  on('issues.comments.get', `GET ${repo}/issues/comments/:id`, (ask) => {
    const of = repoOf(ask)
    const { issue, row } = find(ask, of)
    return ok(comment(ask.github, of, issue, row))
  })
  on(
    'issues.comments.update',
    `PATCH ${repo}/issues/comments/:id`,
    (ask) => {
      const of = repoOf(ask)
      const { issue, row } = find(ask, of)
      mine(ask, of, row)
      const { body } = ask.body()
      if (text(body).trim() === '') throw missingField('IssueComment', 'body')
      const kept = ask.github.store.put(commentsPath(of, issue), numberIn(ask, 'id'), {
        ...row,
        body,
        updated_at: ask.github.now(),
      })
      const doc = comment(ask.github, of, issue, kept)
      emit(ask.github, ask.viewer, of, 'issue_comment.edited', {
        issue: issueBrief(ask.github, of, issue),
        comment: doc,
        changes: { body: { from: row.body ?? '' } },
      })
      return ok(doc)
    },
    'user',
  )
  on(
    'issues.comments.delete',
    `DELETE ${repo}/issues/comments/:id`,
    (ask) => {
      const of = repoOf(ask)
      const { issue, row } = find(ask, of)
      mine(ask, of, row)
      const doc = comment(ask.github, of, issue, row)
      ask.github.store.remove(commentsPath(of, issue), numberIn(ask, 'id'))
      const kept = keepIssue(ask.github, of, counted(issue, -1))
      emit(ask.github, ask.viewer, of, 'issue_comment.deleted', {
        issue: issueBrief(ask.github, of, kept),
        comment: doc,
      })
      return done()
    },
    'user',
  )
  addReactionRoutes(on, repo)
}

/** Reactions to issues and to comments of all kinds. */
function addReactionRoutes(on: On, repo: string): void {
  const places = [
    ['issues.reactions', '/issues/:number', (ask: Ask, of: Row) => `issues/${numberOf(issueIn(ask, of))}`],
    [
      'issues.comments.reactions',
      '/issues/comments/:id',
      (ask: Ask, of: Row) => `issues/comments/${find(ask, of).row.id}`,
    ],
    ['pulls.comments.reactions', '/pulls/comments/:id', (ask: Ask) => `pulls/comments/${numberIn(ask, 'id')}`],
    ['repos.comments.reactions', '/comments/:id', (ask: Ask) => `comments/${numberIn(ask, 'id')}`],
    ['releases.reactions', '/releases/:id', (ask: Ask, of: Row) => `releases/${releaseIn(ask, of).id}`],
  ] as const
  for (const [name, path, place] of places) {
    const collection = (ask: Ask): string => {
      const of = repoOf(ask)
      return `${repoPath(of)}/${place(ask, of)}/reactions`
    }
    const shape = (ask: Ask, { id, node_id, user, content, created_at }: Row): Json =>
      ({ id, node_id, user: person(ask.github, user), content, created_at }) as Json
    on(`${name}.list`, `GET ${repo}${path}/reactions`, (ask) => {
      const content = ask.query.get('content')
      const rows = ask.github.store.rows(collection(ask)).filter((row) => content === null || row.content === content)
      return page(ask, rows, (row) => shape(ask, row))
    })
    on(
      `${name}.create`,
      `POST ${repo}${path}/reactions`,
      (ask) => {
        const { content } = ask.body()
        if (!(REACTIONS as readonly unknown[]).includes(content))
          throw invalid({ resource: 'Reaction', field: 'content', code: 'invalid' })
        const user = loginOf(ask.viewer)
        const old = ask.github.store.rows(collection(ask)).find((row) => row.user === user && row.content === content)
        // The same again is no new one.
        if (old !== undefined) return ok(shape(ask, old))
        const id = ask.github.nextId()
        return made(
          shape(
            ask,
            ask.github.store.put(collection(ask), id, {
              id,
              node_id: nodeId('REA', id),
              user,
              content,
              created_at: ask.github.now(),
            }),
          ),
        )
      },
      'user',
    )
    on(
      `${name}.delete`,
      `DELETE ${repo}${path}/reactions/:reaction`,
      (ask) => {
        if (!ask.github.store.remove(collection(ask), numberIn(ask, 'reaction'))) throw notFound()
        return done()
      },
      'user',
    )
  }
}
