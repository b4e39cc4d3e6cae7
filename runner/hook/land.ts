import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type GateGit, GitLimit } from '../gate/git.ts'
import { printable } from '../gate/intake.ts'
import { contentOf } from './answer.ts'
import type { Change, FileChange } from './contract.ts'
import { HookFailure } from './failure.ts'

/** A change as a patch that git wrote; undefined when two trees are the same. */
export function patchOf(git: GateGit, from: string, to: string): Buffer | undefined {
  if (from === to) return undefined
  return git.run([
    'diff-tree',
    '-p',
    '-r',
    '--binary',
    '--full-index',
    '--no-renames',
    '--no-ext-diff',
    '--no-textconv',
    from,
    to,
  ])
}

/** The tree that a change makes of the tree `base`. Nothing is written to any folder. Throws `does-not-apply`. */
export function applyChange(git: GateGit, base: string, change: Change): string {
  const index = 'change'
  git.run(['read-tree', base], { index })
  switch (change.kind) {
    case 'patch': {
      const wrong = git.attempt(['apply', '--cached', '--whitespace=nowarn', '-'], {
        index,
        input: Buffer.from(change.diff),
      })
      if (wrong !== undefined)
        throw new HookFailure('does-not-apply', `expected a patch of the base, got: ${printable(wrong.text, 200)}`)
      break
    }
    case 'files':
      putFiles(git, index, base, change.files)
      break
    case 'gitRef':
      return git
        .run(['rev-parse', '--verify', '--end-of-options', `${change.commit}^{tree}`])
        .toString()
        .trim()
    default:
      return change satisfies never
  }
  return git.run(['write-tree'], { index }).toString().trim()
}

/** Puts files into an index. Git leaves out what it does not take, and takes away what is in the way, without an error: that is looked at. */
function putFiles(git: GateGit, index: string, base: string, files: readonly FileChange[]): void {
  const wanted = new Map<string, string>()
  const lines = files.map((file) => {
    if (file.op === 'delete') return `0 ${'0'.repeat(40)}\t${file.path}\0`
    const blob = git
      .run(['hash-object', '-w', '--stdin', '--no-filters'], { input: contentOf(file) })
      .toString()
      .trim()
    wanted.set(file.path, `${file.mode} ${blob}`)
    return `${file.mode} ${blob}\t${file.path}\0`
  })
  const named = new Set(files.map(({ path }) => path))
  const refuse = (path: string): HookFailure =>
    new HookFailure('does-not-apply', `expected files that git takes as they are, got ${printable(path, 100)}`)
  try {
    git.run(['update-index', '-z', '--index-info'], { index, input: Buffer.from(lines.join('')) })
  } catch (error) {
    if (error instanceof GitLimit) throw error
    throw refuse([...named].join(', '))
  }
  const held = new Map(
    entriesOf(git.run(['ls-files', '--stage', '-z'], { index })).map(([mode, blob, path]) => [path, `${mode} ${blob}`]),
  )
  for (const path of named) if (held.get(path) !== wanted.get(path)) throw refuse(path)
  for (const [, , path] of entriesOf(
    git.run(['ls-tree', '-r', '-z', '--format=%(objectmode) %(objectname) 0%x09%(path)', base]),
  ))
    if (!held.has(path) && !named.has(path)) throw refuse(path)
}

/** Mode, object and path of each entry of `git ls-files --stage -z`. */
const entriesOf = (listing: Buffer): readonly (readonly [string, string, string])[] =>
  listing
    .toString('utf8')
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => {
      const tab = line.indexOf('\t')
      const [mode = '', blob = ''] = line.slice(0, tab).split(' ')
      return [mode, blob, line.slice(tab + 1)]
    })

export type Landing = {
  readonly git: GateGit
  /** The base's tree id. */
  readonly base: string
  /** Where the patch is written. */
  readonly folder: string
  /** Where a `gitRef` may come from; the commit id decides, the ref is a hint. */
  readonly remotes?: readonly string[]
}

/** A change on disk, as a patch that we wrote: what the gate takes as a candidate. `sha256` is the file's. */
export type Landed = { readonly file: string; readonly tree: string; readonly sha256: string; readonly bytes: number }

/** Turns a change of any kind into a patch file. Throws `HookFailure`: `empty-change`, `does-not-apply`, `unknown-remote`. */
export function landChange(change: Change, { git, base, folder, remotes = [] }: Landing): Landed {
  const [tree, patch] = withinLimits('does-not-apply', () => {
    if (change.kind === 'gitRef') fetchOne(git, change, remotes)
    const made = applyChange(git, base, change)
    return [made, patchOf(git, base, made)] as const
  })
  if (patch === undefined) throw new HookFailure('empty-change', 'expected a change, got one that changes nothing')
  const sha256 = createHash('sha256').update(patch).digest('hex')
  const file = join(folder, `${sha256.slice(0, 16)}.patch`)
  writeFileSync(file, patch)
  return { file, tree, sha256, bytes: patch.length }
}

/** What `act` returns; a limit of git's that it hits is a failure of whoever handed the change in. */
export function withinLimits<T>(code: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    throw error instanceof GitLimit ? new HookFailure(code, error.message) : error
  }
}

/** Exactly one commit without its history, from a remote that was named beforehand. */
function fetchOne(git: GateGit, change: Extract<Change, { kind: 'gitRef' }>, remotes: readonly string[]): void {
  if (!remotes.includes(change.remote))
    throw new HookFailure(
      'unknown-remote',
      `expected a remote of hook.remotes (${remotes.join(', ') || 'none'}), got ${printable(change.remote, 100)}`,
    )
  const wrong = git.attempt([
    '-c',
    'protocol.allow=never',
    '-c',
    'protocol.https.allow=always',
    '-c',
    'protocol.ssh.allow=always',
    '-c',
    'protocol.file.allow=user',
    '-c',
    'fetch.fsckObjects=true',
    '-c',
    'http.followRedirects=false',
    'fetch',
    '--quiet',
    '--depth=1',
    '--no-tags',
    '--no-recurse-submodules',
    '--no-write-fetch-head',
    '--end-of-options',
    change.remote,
    change.commit,
  ])
  if (wrong !== undefined)
    throw new HookFailure(
      'does-not-apply',
      `expected ${change.commit} at ${change.remote}, got: ${printable(wrong.text, 200)}`,
    )
}
