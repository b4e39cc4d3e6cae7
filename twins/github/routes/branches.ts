import type { Json } from '../../trace.ts'
import { type Ask, below, done, type On, ok, type Reply, repoOf } from '../ask.ts'
import { commitOf, refOf, refsBelow } from '../git/objects.ts'
import { push, removeRef } from '../git/push.ts'
import { page } from '../paging.ts'
import { person } from '../shapes/accounts.ts'
import { commitBrief } from '../shapes/commits.ts'
import { urlOf, webOf } from '../shapes/repos.ts'
import { isRow, listOf, type Row, rowOf, text } from '../store.ts'
import { invalid, notFound, pathOf } from '../wire.ts'
import { keep } from './repos.ts'

const HEADS = 'refs/heads/'

function branchIn(ask: Ask, repo: Row): Row {
  const ref = refOf(ask.github, repo, HEADS + ask.param('branch'))
  if (ref === undefined) throw notFound('Branch not found')
  return ref
}
const protectionOf = (ask: Ask, repo: Row, branch: string): Row | undefined =>
  ask.github.store.get(below(repo, 'protections'), branch)

/** What branches show of their protection. */
function protectionBrief(protection: Row | undefined): Json {
  const checks = rowOf(protection?.required_status_checks)
  const asked = isRow(protection?.required_status_checks)
  const level = asked ? (checks.strict === true ? 'everyone' : 'non_admins') : 'off'
  return {
    enabled: protection !== undefined,
    required_status_checks: { enforcement_level: level, contexts: checks.contexts ?? [], checks: checks.checks ?? [] },
  }
}

function branchBrief(ask: Ask, repo: Row, ref: Row): Json {
  const name = text(ref.ref).slice(HEADS.length)
  const protection = protectionOf(ask, repo, name)
  return {
    name,
    commit: { sha: ref.sha ?? '', url: `${urlOf(repo)}/commits/${text(ref.sha)}` },
    protected: protection !== undefined,
    protection: protectionBrief(protection),
    protection_url: `${urlOf(repo)}/branches/${pathOf(name)}/protection`,
  }
}

function branchWhole(ask: Ask, repo: Row, ref: Row): Json {
  const name = text(ref.ref).slice(HEADS.length)
  const commit = commitOf(ask.github, repo, text(ref.sha))
  return {
    ...(branchBrief(ask, repo, ref) as Row),
    commit: commit === undefined ? null : commitBrief(ask.github, repo, commit),
    _links: { self: `${urlOf(repo)}/branches/${pathOf(name)}`, html: `${webOf(repo)}/tree/${pathOf(name)}` },
  } as Json
}

const FLAGS = [
  ...['required_linear_history', 'allow_force_pushes', 'allow_deletions', 'block_creations'],
  ...['required_conversation_resolution', 'lock_branch', 'allow_fork_syncing'],
] as const

/** Protection as it stands alone: https://docs.github.com/rest/branches/branch-protection (2026-11-26). */
function protectionWhole(ask: Ask, repo: Row, branch: string, row: Row): Json {
  const url = `${urlOf(repo)}/branches/${pathOf(branch)}/protection`
  const checks = isRow(row.required_status_checks) ? row.required_status_checks : undefined
  const reviews = isRow(row.required_pull_request_reviews) ? row.required_pull_request_reviews : undefined
  const people = (given: Json | undefined): Json => listOf(given).map((login) => person(ask.github, login))
  const restrictions = isRow(row.restrictions) ? row.restrictions : undefined
  return {
    url,
    ...(checks === undefined
      ? {}
      : {
          required_status_checks: {
            url: `${url}/required_status_checks`,
            strict: checks.strict ?? false,
            contexts: checks.contexts ?? [],
            contexts_url: `${url}/required_status_checks/contexts`,
            checks: checks.checks ?? [],
          },
        }),
    ...(reviews === undefined
      ? {}
      : {
          required_pull_request_reviews: {
            url: `${url}/required_pull_request_reviews`,
            dismiss_stale_reviews: reviews.dismiss_stale_reviews ?? false,
            require_code_owner_reviews: reviews.require_code_owner_reviews ?? false,
            require_last_push_approval: reviews.require_last_push_approval ?? false,
            required_approving_review_count: reviews.required_approving_review_count ?? 1,
          },
        }),
    ...(restrictions === undefined
      ? {}
      : {
          restrictions: {
            url: `${url}/restrictions`,
            users_url: `${url}/restrictions/users`,
            teams_url: `${url}/restrictions/teams`,
            apps_url: `${url}/restrictions/apps`,
            users: people(restrictions.users),
            teams: [],
            apps: [],
          },
        }),
    required_signatures: { url: `${url}/required_signatures`, enabled: row.required_signatures ?? false },
    enforce_admins: { url: `${url}/enforce_admins`, enabled: row.enforce_admins ?? false },
    ...Object.fromEntries(FLAGS.map((name) => [name, { enabled: row[name] ?? false }])),
  } as Json
}

function protect(ask: Ask): Reply {
  const repo = repoOf(ask, 'admin')
  const ref = branchIn(ask, repo)
  const body = ask.body()
  for (const name of ['required_status_checks', 'enforce_admins', 'required_pull_request_reviews', 'restrictions'])
    if (body[name] === undefined) throw invalid({ resource: 'ProtectedBranch', code: 'missing_field', field: name })
  const branch = text(ref.ref).slice(HEADS.length)
  const checks = body.required_status_checks
  const named = isRow(checks)
    ? {
        ...checks,
        checks: checks.checks ?? listOf(checks.contexts).map((context) => ({ context, app_id: null })),
        contexts: checks.contexts ?? listOf(checks.checks).map((one) => rowOf(one).context ?? ''),
      }
    : checks
  const row = ask.github.store.put(below(repo, 'protections'), branch, {
    ...body,
    ...(named === undefined ? {} : { required_status_checks: named as Json }),
  })
  return ok(protectionWhole(ask, repo, branch, row))
}

function rename(ask: Ask): Reply {
  const repo = repoOf(ask, 'admin')
  const ref = branchIn(ask, repo)
  const name = text(ask.body().new_name)
  if (refOf(ask.github, repo, HEADS + name) !== undefined)
    throw invalid({ resource: 'Branch', code: 'already_exists', field: 'name' })
  if (repo.default_branch === ask.param('branch')) keep(ask, { ...repo, default_branch: name })
  push(ask.github, ask.viewer, repo, HEADS + name, text(ref.sha))
  removeRef(ask.github, ask.viewer, repo, text(ref.ref))
  return { status: 201, body: branchWhole(ask, repo, { ...ref, ref: HEADS + name }) }
}

export function addBranchRoutes(on: On): void {
  const repo = '/repos/:owner/:repo'
  on('repos.branches.list', `GET ${repo}/branches`, (ask) => {
    const of = repoOf(ask)
    const only = ask.query.get('protected')
    const refs = refsBelow(ask.github, of, HEADS).filter(
      (ref) => only === null || String(protectionOf(ask, of, text(ref.ref).slice(HEADS.length)) !== undefined) === only,
    )
    return page(ask, refs, (ref) => branchBrief(ask, of, ref))
  })
  on('repos.branches.get', `GET ${repo}/branches/:branch`, (ask) => {
    const of = repoOf(ask)
    return ok(branchWhole(ask, of, branchIn(ask, of)))
  })
  on('repos.branches.rename', `POST ${repo}/branches/:branch/rename`, rename, 'user')
  on('repos.branches.protection.get', `GET ${repo}/branches/:branch/protection`, (ask) => {
    const of = repoOf(ask, 'admin')
    branchIn(ask, of)
    const row = protectionOf(ask, of, ask.param('branch'))
    if (row === undefined) throw notFound('Branch not protected')
    return ok(protectionWhole(ask, of, ask.param('branch'), row))
  })
  on('repos.branches.protection.update', `PUT ${repo}/branches/:branch/protection`, protect)
  on('repos.branches.protection.delete', `DELETE ${repo}/branches/:branch/protection`, (ask) => {
    const of = repoOf(ask, 'admin')
    branchIn(ask, of)
    if (!ask.github.store.remove(below(of, 'protections'), ask.param('branch'))) throw notFound('Branch not protected')
    return done()
  })
  const signed =
    (on?: boolean) =>
    (ask: Ask): Reply => {
      const of = repoOf(ask, 'admin')
      const branch = ask.param('branch')
      const row = protectionOf(ask, of, branch)
      if (row === undefined) throw notFound('Branch not protected')
      if (on !== undefined) ask.github.store.put(below(of, 'protections'), branch, { ...row, required_signatures: on })
      if (on === false) return done()
      return ok({
        url: `${urlOf(of)}/branches/${pathOf(branch)}/protection/required_signatures`,
        enabled: on ?? row.required_signatures ?? false,
      })
    }
  const path = `${repo}/branches/:branch/protection/required_signatures`
  on('repos.branches.protection.signatures.get', `GET ${path}`, signed())
  on('repos.branches.protection.signatures.require', `POST ${path}`, signed(true), 'user')
  on('repos.branches.protection.signatures.release', `DELETE ${path}`, signed(false), 'user')
}
