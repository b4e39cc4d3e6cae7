import { type Ask, below, type On, ok, type Reply, repoOf } from '../ask.ts'
import { ancestors } from '../git/history.ts'
import { resolve } from '../git/objects.ts'
import { pullOf } from '../git/pull.ts'
import { numberOf } from '../github.ts'
import { webOf } from '../shapes/repos.ts'
import { type Row, text } from '../store.ts'
import { GitHubError, missingField } from '../wire.ts'

type Wanted = { readonly tag: string; readonly target: string; readonly since: string | undefined }

/** What a release changes, as GitHub words it: https://docs.github.com/repositories/releasing-projects-on-github/automatically-generated-release-notes (2026-11-26). */
export function releaseNotes(ask: Ask, repo: Row, { tag, target, since }: Wanted): string {
  const { github } = ask
  const head = resolve(github, repo, tag) ?? resolve(github, repo, target)
  const before = since ?? lastTag(ask, repo, tag)
  const base = before === undefined ? undefined : resolve(github, repo, before)
  const old = new Set(base === undefined ? [] : ancestors(github, repo, base).map(({ sha }) => sha))
  const fresh = new Set(head === undefined ? [] : ancestors(github, repo, head).map(({ sha }) => sha))
  const merged = github.store
    .rows(below(repo, 'issues'))
    .filter((issue) => pullOf(issue).merged === true && fresh.has(pullOf(issue).merge_commit_sha))
  const pulls = merged.filter((issue) => !old.has(pullOf(issue).merge_commit_sha))
  const known = new Set(merged.filter((issue) => !pulls.includes(issue)).map(({ user }) => user))
  const firsts = pulls.filter(({ user }, at) => !known.has(user) && pulls.findIndex((one) => one.user === user) === at)
  const link = (issue: Row): string => `${webOf(repo)}/pull/${numberOf(issue)}`
  const changes = pulls.map((issue) => `* ${text(issue.title)} by @${text(issue.user)} in ${link(issue)}`)
  const newcomers = firsts.map((issue) => `* @${text(issue.user)} made their first contribution in ${link(issue)}`)
  const range = before === undefined ? `commits/${tag}` : `compare/${before}...${tag}`
  return [
    ...(changes.length === 0 ? [] : ["## What's Changed", ...changes, '']),
    ...(newcomers.length === 0 ? (changes.length === 0 ? [] : ['']) : ['## New Contributors', ...newcomers, '']),
    `**Full Changelog**: ${webOf(repo)}/${range}`,
  ].join('\n')
}

/** The tag of the last release but this one. */
const lastTag = (ask: Ask, repo: Row, tag: string): string | undefined => {
  const last = ask.github.store
    .rows(below(repo, 'releases'))
    .findLast((row) => row.draft !== true && row.tag_name !== tag)
  return last === undefined ? undefined : text(last.tag_name)
}

function generate(ask: Ask): Reply {
  const repo = repoOf(ask, 'push')
  const { tag_name, target_commitish, previous_tag_name } = ask.body()
  const tag = text(tag_name)
  if (tag === '') throw missingField('Release', 'tag_name')
  const target = text(target_commitish) || text(repo.default_branch)
  if (resolve(ask.github, repo, tag) === undefined && resolve(ask.github, repo, target) === undefined)
    throw new GitHubError(422, 'Invalid target_commitish parameter')
  const since = previous_tag_name === undefined ? undefined : text(previous_tag_name)
  if (since !== undefined && resolve(ask.github, repo, since) === undefined)
    throw new GitHubError(422, 'Invalid previous_tag parameter')
  return ok({ name: tag, body: releaseNotes(ask, repo, { tag, target, since }) })
}

export function addReleaseNotesRoutes(on: On): void {
  on('releases.generate_notes', 'POST /repos/:owner/:repo/releases/generate-notes', generate, 'user')
}
