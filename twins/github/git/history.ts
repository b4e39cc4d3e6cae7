import type { GitHub } from '../github.ts'
import { type Row, text } from '../store.ts'
import { linesOf, pieces } from './diff.ts'
import { commitOf, contentOf, type Entry, type Files, filesOf, parentsOf, personOf, putBlob } from './objects.ts'

const timeOf = (commit: Row): number => Date.parse(personOf(commit, 'committer').date) || 0

/** All commits a commit stands on, itself included, newest first. */
export function ancestors(github: GitHub, repo: Row, from: Row): readonly Row[] {
  const seen = new Map<string, Row>()
  const open = [from]
  const depth = new Map<string, number>([[text(from.sha), 0]])
  for (let commit = open.shift(); commit !== undefined; commit = open.shift()) {
    const sha = text(commit.sha)
    if (seen.has(sha)) continue
    seen.set(sha, commit)
    for (const parent of parentsOf(commit)) {
      const found = commitOf(github, repo, parent)
      if (found === undefined) continue
      depth.set(parent, Math.max(depth.get(parent) ?? 0, (depth.get(sha) ?? 0) + 1))
      if (!seen.has(parent)) open.push(found)
    }
  }
  // Times may tie, and then the distance decides.
  const far = (commit: Row): number => depth.get(text(commit.sha)) ?? 0
  return [...seen.values()].sort((a, b) => timeOf(b) - timeOf(a) || far(a) - far(b))
}

/** Whether a commit stands on another. Where what it stands on is not known, as of one a seed has by its SHA only, it may. */
export const standsOn = (github: GitHub, repo: Row, head: Row, base: string): boolean =>
  ancestors(github, repo, head).some(({ sha, _stub }) => sha === base || _stub === true)

export type Comparison = {
  readonly mergeBase: Row | undefined
  /** What the head has and the base has not, oldest first. */
  readonly ahead: readonly Row[]
  readonly behind: number
}

/** How one commit stands to another. */
export function compared(github: GitHub, repo: Row, base: Row, head: Row): Comparison {
  const [ours, theirs] = [ancestors(github, repo, base), ancestors(github, repo, head)]
  const known = new Set(ours.map(({ sha }) => sha))
  const shared = new Set(theirs.map(({ sha }) => sha))
  return {
    mergeBase: theirs.find(({ sha }) => known.has(sha)),
    ahead: theirs.filter(({ sha }) => !known.has(sha)).reverse(),
    behind: ours.filter(({ sha }) => !shared.has(sha)).length,
  }
}

export const filesAt = (github: GitHub, repo: Row, commit: Row | undefined): Map<string, Entry> =>
  commit === undefined ? new Map() : filesOf(github, repo, text(commit.tree))

/** Files of both sides put together over what they have in common; undefined where they are at odds. */
export function merged(github: GitHub, repo: Row, base: Files, ours: Files, theirs: Files): Files | undefined {
  const result = new Map(ours)
  for (const path of new Set([...base.keys(), ...theirs.keys()])) {
    const [old, mine, other] = [base.get(path), ours.get(path), theirs.get(path)]
    if (same(old, other) || same(mine, other)) continue
    if (same(old, mine)) {
      if (other === undefined) result.delete(path)
      else result.set(path, other)
      continue
    }
    if (old === undefined || mine === undefined || other === undefined) return undefined
    const sides = [old, mine, other].map(({ sha }) => linesOf(contentOf(github, repo, sha)))
    const lines = mergedLines(sides[0] ?? [], sides[1] ?? [], sides[2] ?? [])
    if (lines === undefined) return undefined
    result.set(path, { ...mine, sha: putBlob(github, repo, Buffer.from(lines.map((line) => `${line}\n`).join(''))) })
  }
  return result
}

const same = (one: Entry | undefined, other: Entry | undefined): boolean =>
  one?.sha === other?.sha && one?.mode === other?.mode

type Edit = { readonly from: number; readonly to: number; readonly lines: readonly string[] }

/** What a side put in the place of lines `from` to `to` of the base. */
function editsOf(base: readonly string[], side: readonly string[]): readonly Edit[] {
  const edits: Edit[] = []
  let at = 0
  let open: { from: number; to: number; lines: string[] } | undefined
  for (const { kind, line } of pieces(base, side)) {
    if (kind === ' ') {
      if (open !== undefined) edits.push(open)
      open = undefined
      at += 1
      continue
    }
    open ??= { from: at, to: at, lines: [] }
    if (kind === '+') open.lines.push(line)
    else open.to = ++at
  }
  if (open !== undefined) edits.push(open)
  return edits
}

/** Three-way merge by lines. Edits that touch are at odds, as git has it. */
function mergedLines(
  base: readonly string[],
  ours: readonly string[],
  theirs: readonly string[],
): readonly string[] | undefined {
  const [mine, others] = [editsOf(base, ours), editsOf(base, theirs)]
  const result: string[] = []
  const edits = [...mine, ...others].sort((a, b) => a.from - b.from || a.to - b.to)
  let at = 0
  for (const [nth, edit] of edits.entries()) {
    const last = edits[nth - 1]
    if (last !== undefined && edit.from <= last.to) {
      const equal = last.from === edit.from && last.to === edit.to && last.lines.join('\n') === edit.lines.join('\n')
      if (!equal) return undefined
      continue
    }
    result.push(...base.slice(at, edit.from), ...edit.lines)
    at = edit.to
  }
  return [...result, ...base.slice(at)]
}
