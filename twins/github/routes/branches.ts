import type { Json } from '../../trace.ts'
import { type Ask, below, type On, ok, type Reply, repoOf } from '../ask.ts'
import { commitOf, refOf, refsBelow } from '../git/objects.ts'
import { push, removeRef } from '../git/push.ts'
import { page } from '../paging.ts'
import { guard } from '../rules/guard.ts'
import { commitBrief } from '../shapes/commits.ts'
import { urlOf, webOf } from '../shapes/repos.ts'
import { isRow, type Row, rowOf, text } from '../store.ts'
import { invalid, pathOf } from '../wire.ts'
import { addProtectionRoutes, branchIn, protectionOf } from './protection.ts'
import { keep } from './repos.ts'

const HEADS = 'refs/heads/'

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

function rename(ask: Ask): Reply {
  const repo = repoOf(ask, 'admin')
  const ref = branchIn(ask, repo)
  const name = text(ask.body().new_name)
  if (refOf(ask.github, repo, HEADS + name) !== undefined)
    throw invalid({ resource: 'Branch', code: 'already_exists', field: 'name' })
  guard(ask.github, ask.viewer, repo, { ref: HEADS + name, after: text(ref.sha) })
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
  addProtectionRoutes(on)
}

/** The branches that a commit is the head of. */
export const headsAt = (ask: Ask, repo: Row, at: string): Json =>
  refsBelow(ask.github, repo, 'refs/heads/')
    .filter(({ sha }) => sha === at)
    .map(({ ref, sha }) => {
      const name = text(ref).slice('refs/heads/'.length)
      return {
        name,
        commit: { sha: text(sha), url: `${urlOf(repo)}/commits/${text(sha)}` },
        protected: ask.github.store.get(below(repo, 'protections'), name) !== undefined,
      }
    })
