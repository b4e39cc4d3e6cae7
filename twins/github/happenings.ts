import { z } from 'zod'
import type { Json } from '../trace.ts'
import type { Ask } from './ask.ts'
import { ensureAccount } from './ensure.ts'
import { emit } from './events.ts'
import { putBlob, resolve } from './git/objects.ts'
import { findRepo, type GitHub, repoPath } from './github.ts'
import { ranPayload } from './routes/actions.ts'
import { runDoc } from './routes/checks.ts'
import { createComment } from './routes/comments.ts'
import { commitFiles, target } from './routes/contents.ts'
import { changed, createIssue } from './routes/issues.ts'
import { mergePull, settleAutoMerges } from './routes/merge.ts'
import { createReview } from './routes/reviews.ts'
import { links } from './shapes/accounts.ts'
import { type Row, text } from './store.ts'
import { nodeId, WEB } from './wire.ts'

/** What people, services and GitHub do by themselves. `repo` is `owner/name`, `login` who does it. */
export const HAPPENINGS = [
  'push',
  'issue.opened',
  'issue.closed',
  'issue.commented',
  'pull_request.reviewed',
  'pull_request.merged',
  'check_run.completed',
  'workflow_run.completed',
  'installation.suspended',
] as const
type Happening = (typeof HAPPENINGS)[number]

const by = { repo: z.string(), login: z.string() }
const numbered = { ...by, number: z.int() }
const SCHEMAS = {
  push: z.strictObject({
    ...by,
    branch: z.string().optional(),
    message: z.string().optional(),
    files: z.record(z.string(), z.string().nullable()),
  }),
  'issue.opened': z.strictObject({
    ...by,
    title: z.string(),
    body: z.string().optional(),
    labels: z.array(z.string()).optional(),
  }),
  'issue.closed': z.strictObject(numbered),
  'issue.commented': z.strictObject({ ...numbered, body: z.string() }),
  'pull_request.reviewed': z.strictObject({
    ...numbered,
    event: z.enum(['APPROVE', 'REQUEST_CHANGES', 'COMMENT']),
    body: z.string().optional(),
  }),
  'pull_request.merged': z.strictObject(numbered),
  'check_run.completed': z.strictObject({
    repo: z.string(),
    ref: z.string(),
    name: z.string(),
    conclusion: z.string(),
  }),
  'workflow_run.completed': z.strictObject({ repo: z.string(), run: z.int().optional(), conclusion: z.string() }),
  'installation.suspended': z.strictObject({ installation: z.int() }),
}
/** What each takes under `with`. */
export const FIELDS: Readonly<Record<string, z.ZodType>> = SCHEMAS

/** A request as somebody would have sent it. */
function asked(github: GitHub, login: string, repo: Row, body: Row, number = 0): Ask {
  const [owner = '', name = ''] = text(repo.full_name).split('/')
  const params: Readonly<Record<string, string>> = { owner, repo: name, number: String(number) }
  return {
    github,
    viewer: { kind: 'user', key: `user ${login}`, login: ensureAccount(github, login), scopes: [] },
    method: 'POST',
    url: new URL('https://api.github.com/'),
    param: (one) => params[one] ?? '',
    query: new URLSearchParams(),
    headers: new Headers(),
    accept: '',
    id: '',
    raw: new Uint8Array(),
    body: () => body,
  }
}

function repoNamed(github: GitHub, event: string, name: string): Row {
  const repo = findRepo(github, name)
  if (repo === undefined) throw new Error(`github.${event}: expected a repository named ${name}, got none.`)
  return repo
}

export function happen(github: GitHub, event: string, fields: Json): void {
  if (!(HAPPENINGS as readonly string[]).includes(event))
    throw new Error(`github: expected one of ${HAPPENINGS.join(', ')}, got ${event}.`)
  const parsed = SCHEMAS[event as Happening].safeParse(fields)
  if (!parsed.success)
    throw new Error(`github.${event}: ${z.prettifyError(parsed.error)}; got ${JSON.stringify(fields)}.`)
  act(github, event as Happening, parsed.data as Row)
}

function act(github: GitHub, event: Happening, fields: Row): void {
  if (event === 'installation.suspended') {
    const row = github.store.get('installations', String(fields.installation))
    if (row === undefined) throw new Error(`github.${event}: expected installation ${fields.installation}, got none.`)
    github.record('installation.suspend', { installation: row.id })
    github.store.put('installations', String(row.id), { ...row, suspended_at: github.now() })
    return
  }
  const repo = repoNamed(github, event, text(fields.repo))
  const login = text(fields.login)
  const number = Number(fields.number ?? 0)
  const { repo: _, login: __, number: ___, ...body } = fields
  // What nobody did, GitHub's own app did.
  const ask = asked(github, login === '' ? ensureAccount(github, BOT) : login, repo, body, number)
  switch (event) {
    case 'push':
      return pushed(ask, repo, fields)
    case 'issue.opened':
      createIssue(ask)
      return
    case 'issue.commented':
      createComment(ask)
      return
    case 'issue.closed': {
      const issue = github.store.get(`${repoPath(repo)}/issues`, number)
      if (issue === undefined) throw new Error(`github.${event}: expected issue ${number}, got none.`)
      changed(ask, repo, issue, { state: 'closed' })
      return
    }
    case 'pull_request.reviewed':
      createReview(ask)
      return
    case 'pull_request.merged':
      mergePull(ask)
      return
    case 'check_run.completed':
      return checked(ask, repo, fields)
    case 'workflow_run.completed':
      return ran(ask, repo, fields)
    default:
      event satisfies never
  }
}

function pushed(ask: Ask, repo: Row, { branch, message, files }: Row): void {
  const wanted = { branch: text(branch) || text(repo.default_branch), message: text(message) || 'Update files' }
  const { branch: at, files: all } = target(ask, repo, wanted)
  for (const [path, content] of Object.entries(files as { readonly [path: string]: string | null })) {
    if (content === null) all.delete(path)
    else all.set(path, { path, mode: '100644', type: 'blob', sha: putBlob(ask.github, repo, Buffer.from(content)) })
  }
  commitFiles(ask, repo, at, all, wanted)
}

/** GitHub's own app, as checks show it: https://docs.github.com/rest/checks/runs (2026-11-26). */
const ACTIONS: Json = {
  id: 15368,
  slug: 'github-actions',
  client_id: 'Iv1.05c79e9ad1f6bdfa',
  node_id: 'MDM6QXBwMTUzNjg=',
  owner: {
    login: 'github',
    id: 9919,
    node_id: 'MDEyOk9yZ2FuaXphdGlvbjk5MTk=',
    avatar_url: 'https://avatars.githubusercontent.com/u/9919?v=4',
    gravatar_id: '',
    ...links('github'),
    type: 'Organization',
    user_view_type: 'public',
    site_admin: false,
  },
  name: 'GitHub Actions',
  description: 'Automate your workflow from idea to production',
  external_url: 'https://help.github.com/en/actions',
  html_url: `${WEB}/apps/github-actions`,
  created_at: '2018-07-30T09:30:17Z',
  updated_at: '2024-04-10T20:33:16Z',
  permissions: { actions: 'write', checks: 'write', contents: 'write', metadata: 'read', statuses: 'write' },
  events: ['check_run', 'check_suite', 'push', 'workflow_dispatch'],
}
const BOT = { login: 'github-actions[bot]', id: 41898282, type: 'Bot' }

/** A check by an app that is not part of the story. */
function checked(ask: Ask, repo: Row, { ref, name, conclusion }: Row): void {
  const { github } = ask
  const sha = text(resolve(github, repo, text(ref))?.sha)
  if (sha === '') throw new Error(`github.check_run.completed: expected a commit at ${text(ref)}, got none.`)
  const id = github.nextId()
  const now = github.now()
  const row = {
    id,
    node_id: nodeId('CR', Number(repo.id), id),
    name,
    head_sha: sha,
    status: 'completed',
    conclusion,
    started_at: now,
    completed_at: now,
    check_suite: { id: github.nextId() },
    app: ACTIONS,
    external_id: '',
    output: {},
  }
  github.store.put(`${repoPath(repo)}/check-runs`, id, row)
  emit(github, ask.viewer, repo, 'check_run.completed', { check_run: runDoc(ask, repo, row) })
  settleAutoMerges(github, repo)
}

/** Ends a run, the newest when none is named. */
function ran(ask: Ask, repo: Row, { run, conclusion }: Row): void {
  const { github } = ask
  const path = `${repoPath(repo)}/actions/runs`
  const row = run === undefined ? github.store.rows(path).at(-1) : github.store.get(path, String(run))
  if (row === undefined) throw new Error(`github.workflow_run.completed: expected a run, got none.`)
  const { _startsMs, _endsMs, ...rest } = row
  const kept = github.store.put(path, String(row.id), {
    ...rest,
    status: 'completed',
    conclusion,
    updated_at: github.now(),
  })
  emit(github, ask.viewer, repo, 'workflow_run.completed', ranPayload(ask, repo, kept))
}
