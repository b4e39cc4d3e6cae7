import type { GitHub } from '../github.ts'
import type { Row } from '../store.ts'
import { contentOf, type Entry, type Files } from './objects.ts'

/** A stretch of lines: kept, taken away or added. */
type Piece = { readonly kind: ' ' | '-' | '+'; readonly line: string }
/** What became of a file. `from` is its path before, where it was renamed. */
export type Change = {
  readonly path: string
  readonly from?: string
  readonly status: 'added' | 'removed' | 'modified' | 'renamed'
  readonly before: Entry | undefined
  readonly after: Entry | undefined
  readonly additions: number
  readonly deletions: number
  readonly patch: string | undefined
}

export const linesOf = (content: Buffer): readonly string[] => {
  const all = content.toString().split('\n')
  if (all.at(-1) === '') all.pop()
  return all
}
/** As git sees it: a zero byte among the first. */
const isBinary = (content: Buffer): boolean => content.subarray(0, 8000).includes(0)

/** The shortest way from one list of lines to another: Myers' algorithm, as git's own. */
export function pieces(before: readonly string[], after: readonly string[]): readonly Piece[] {
  const [n, m] = [before.length, after.length]
  const furthest = new Map<number, number>([[1, 0]])
  const steps: Map<number, number>[] = []
  outer: for (let d = 0; d <= n + m; d++) {
    steps.push(new Map(furthest))
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && (furthest.get(k - 1) ?? -1) < (furthest.get(k + 1) ?? -1))
      let x = down ? (furthest.get(k + 1) ?? 0) : (furthest.get(k - 1) ?? 0) + 1
      while (x < n && x - k < m && before[x] === after[x - k]) x++
      furthest.set(k, x)
      if (x >= n && x - k >= m) break outer
    }
  }
  return walkBack(before, after, steps)
}

function walkBack(
  before: readonly string[],
  after: readonly string[],
  steps: readonly Map<number, number>[],
): readonly Piece[] {
  const found: Piece[] = []
  let [x, y] = [before.length, after.length]
  for (let d = steps.length - 1; d >= 0; d--) {
    const furthest = steps[d] ?? new Map<number, number>()
    const k = x - y
    const down = k === -d || (k !== d && (furthest.get(k - 1) ?? -1) < (furthest.get(k + 1) ?? -1))
    const lastK = down ? k + 1 : k - 1
    const lastX = d === 0 ? 0 : (furthest.get(lastK) ?? 0)
    const lastY = d === 0 ? 0 : lastX - lastK
    while (x > lastX && y > lastY && before[x - 1] === after[y - 1]) {
      found.push({ kind: ' ', line: before[x - 1] ?? '' })
      x--
      y--
    }
    if (d === 0) break
    if (down) found.push({ kind: '+', line: after[--y] ?? '' })
    else found.push({ kind: '-', line: before[--x] ?? '' })
  }
  return found.reverse()
}

const CONTEXT = 3

/** Hunks with three lines around them, as `git diff` writes them. */
export function patchOf(changed: readonly Piece[]): string {
  const marks = changed.flatMap(({ kind }, at) => (kind === ' ' ? [] : [at]))
  const hunks: [number, number][] = []
  for (const at of marks) {
    const last = hunks.at(-1)
    if (last !== undefined && at - CONTEXT <= last[1] + 1) last[1] = Math.min(at + CONTEXT, changed.length - 1)
    else hunks.push([Math.max(at - CONTEXT, 0), Math.min(at + CONTEXT, changed.length - 1)])
  }
  return hunks.map(([from, to]) => hunkOf(changed, from, to)).join('\n')
}

function hunkOf(changed: readonly Piece[], from: number, to: number): string {
  const lines = (kinds: string, end: number): number =>
    changed.slice(0, end).filter(({ kind }) => kinds.includes(kind)).length
  const range = (kinds: string): string => {
    const size = lines(kinds, to + 1) - lines(kinds, from)
    const start = lines(kinds, from) + (size === 0 ? 0 : 1)
    return size === 1 ? `${start}` : `${start},${size}`
  }
  const body = changed.slice(from, to + 1).map(({ kind, line }) => kind + line)
  return [`@@ -${range(' -')} +${range(' +')} @@`, ...body].join('\n')
}

/** What differs between two sets of files, by path. A file that moved unchanged is a rename. */
export function changesBetween(github: GitHub, repo: Row, before: Files, after: Files): readonly Change[] {
  const gone = new Map([...before].filter(([path]) => !after.has(path)))
  const changes: Change[] = []
  for (const [path, entry] of after) {
    const old = before.get(path)
    if (old !== undefined) {
      if (old.sha !== entry.sha || old.mode !== entry.mode)
        changes.push(changeOf(github, repo, 'modified', path, old, entry))
      continue
    }
    const [from, source] = [...gone].find(([, one]) => one.sha === entry.sha) ?? []
    if (from === undefined || source === undefined)
      changes.push(changeOf(github, repo, 'added', path, undefined, entry))
    else {
      gone.delete(from)
      changes.push({ ...changeOf(github, repo, 'renamed', path, source, entry), from })
    }
  }
  for (const [path, entry] of gone) changes.push(changeOf(github, repo, 'removed', path, entry, undefined))
  return changes.sort((a, b) => (a.path < b.path ? -1 : 1))
}

function changeOf(
  github: GitHub,
  repo: Row,
  status: Change['status'],
  path: string,
  before: Entry | undefined,
  after: Entry | undefined,
): Change {
  const content = (entry: Entry | undefined): Buffer =>
    entry === undefined ? Buffer.alloc(0) : contentOf(github, repo, entry.sha)
  const [old, now] = [content(before), content(after)]
  const basis = { path, status, before, after }
  if (isBinary(old) || isBinary(now)) return { ...basis, additions: 0, deletions: 0, patch: undefined }
  const changed = pieces(linesOf(old), linesOf(now))
  const tally = (wanted: string): number => changed.filter(({ kind }) => kind === wanted).length
  const [additions, deletions] = [tally('+'), tally('-')]
  const ending = now.length > 0 && now.at(-1) !== 10 && additions > 0 ? '\n\\ No newline at end of file' : ''
  const patch = additions + deletions === 0 ? undefined : patchOf(changed) + ending
  return { ...basis, additions, deletions, patch }
}
