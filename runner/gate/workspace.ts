import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { createGateGit, findRepository, type GateGit, resolveCommit, type UserRepository } from './git.ts'
import { type IntakeLimits, inspectPatch, type Refusal, refusalOf } from './intake.ts'

/** A user's mistake on the command line. Exit code 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'UsageError'
  }
}

/** A state of the source by its tree id; `shown` is how it was named. */
export type Tree = { readonly id: string; readonly shown: string; readonly commit: string | undefined }

/** The gate's own place on disk: a repository and the trees that are checked out of it. Gone when the gate ends. */
export interface Workspace {
  readonly git: GateGit
  /** The folder all of it is in; no box ever sees it. */
  readonly root: string
  /** The project's folder inside a tree, with a slash at the end; empty when the project is the tree. */
  readonly prefix: string
  readonly repository: UserRepository | undefined
  base(ref: string | undefined): Tree
  /** The candidate's tree, or why it does not get as far as having one. */
  candidate(spec: string | undefined, base: Tree, limits: IntakeLimits): Tree | Refusal
  /** Writes a tree to disk; files in `without`, relative to the project, are left out. */
  checkOut(tree: Tree, name: string, without: readonly string[]): { readonly root: string; readonly folder: string }
  /** Real paths of the package folders the project reads. */
  readonly packages: readonly string[]
  close(): void
}

const FOLDER = 'backlot-gate-'

/** Removes what gates that were killed have left behind. */
function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(FOLDER)) continue
    const folder = join(tmpdir(), name)
    try {
      const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'))
      if (pid > 0 && existsSync(`/proc/${pid}`)) continue
      if (Date.now() - statSync(folder).mtimeMs < 60_000 && !existsSync(join(folder, 'pid'))) continue
      rmSync(folder, { recursive: true, force: true })
    } catch {
      // Somebody else's, or gone already.
    }
  }
}

/** A workspace for the project in `folder`. */
export function openWorkspace(folder: string): Workspace {
  if (!existsSync(folder))
    throw new UsageError(`expected a project folder, got ${folder}, which does not exist. Give one with --project.`)
  sweep()
  const project = realpathSync(folder)
  const repository = findRepository(project)
  const top = repository?.top ?? project
  const inner = relative(top, project)
  const prefix = inner === '' ? '' : `${inner}/`
  const root = mkdtempSync(join(tmpdir(), FOLDER))
  writeFileSync(join(root, 'pid'), `${process.pid}`)
  const git = createGateGit(join(root, 'git'), repository?.objects)
  const packageFolders = packagesOf(project, top)
  let snapshots = 0

  /** The tree of a folder as it stands: what git would track of it, and nothing that only lies there. */
  const snapshot = (from: string, start: Tree | undefined, shown: string): Tree => {
    const index = `snapshot-${++snapshots}`
    const inRepository = start !== undefined && from === project
    const workTree = inRepository ? top : from
    if (start !== undefined) git.run(['read-tree', start.id], { index })
    else git.run(['read-tree', '--empty'], { index })
    // Only the project's own folder is taken; what else changed in the repository is not the candidate's.
    const scope = inRepository && prefix !== '' ? [prefix] : ['.']
    git.run(['add', '--all', '--', ...scope, ...EXCLUDED], { index, workTree })
    return { id: git.run(['write-tree'], { index }).toString().trim(), shown, commit: undefined }
  }

  const takeIn: Workspace['candidate'] = (spec, base, limits) => {
    if (spec === undefined) return snapshot(project, repository === undefined ? undefined : base, 'the working tree')
    if (existsSync(spec) && statSync(spec).isDirectory()) {
      const from = realpathSync(spec)
      if (from === project) return snapshot(project, repository === undefined ? undefined : base, spec)
      return prefix === ''
        ? snapshot(from, undefined, spec)
        : grafted(git, base, snapshot(from, undefined, spec), prefix)
    }
    if (existsSync(spec)) return applyPatch(git, readFileSync(spec), spec, base, prefix, limits)
    const found = repository === undefined ? undefined : resolveCommit(repository, spec)
    if (found !== undefined) return { id: found.tree, commit: found.commit, shown: spec }
    throw new UsageError(
      `expected --candidate to be a patch, a folder or a commit, got "${spec}", which is none of them.`,
    )
  }

  return {
    git,
    root,
    prefix,
    repository,
    packages: packageFolders.map(({ real }) => real),
    base(ref) {
      if (ref !== undefined && existsSync(ref) && statSync(ref).isDirectory())
        return { ...snapshot(realpathSync(ref), undefined, ref), shown: ref }
      if (repository === undefined) {
        if (ref !== undefined)
          throw new UsageError(`expected --base to be a folder, got "${ref}": ${folder} is in no git repository.`)
        return snapshot(project, undefined, folder)
      }
      const name = ref ?? 'HEAD'
      const found = resolveCommit(repository, name)
      if (found === undefined)
        throw new UsageError(
          `expected --base to be a commit or a folder, got "${name}", which git does not know. Commit the project first, or give --base.`,
        )
      return {
        id: found.tree,
        commit: found.commit,
        shown: ref === undefined ? `HEAD (${found.commit.slice(0, 8)})` : name,
      }
    },
    candidate(spec, base, limits) {
      try {
        return takeIn(spec, base, limits)
      } catch (error) {
        return refusalOf(error)
      }
    },
    checkOut(tree, name, without) {
      const target = join(root, name)
      mkdirSync(target)
      git.run(['read-tree', tree.id], { index: name })
      git.run(['checkout-index', '--all', '--quiet'], { index: name, workTree: target })
      const inside = join(target, prefix)
      for (const file of without) rmSync(join(inside, file), { recursive: true, force: true })
      for (const { real, at } of packageFolders) {
        const link = join(target, at)
        if (existsSync(link))
          throw new UsageError(
            `expected no ${at} in the tree, got one: packages come from ${real}. Add it to .gitignore, then: git rm -r --cached ${at}`,
          )
        mkdirSync(dirname(link), { recursive: true })
        symlinkSync(real, link)
      }
      return { root: target, folder: inside }
    },
    close() {
      rmSync(root, { recursive: true, force: true })
    },
  }
}

// Spelt as patterns: git takes a plain name that is also ignored for a mistake of ours.
const EXCLUDED = [':(exclude,glob)**/node_module[s]/**', ':(exclude,glob)**/[.]backlot/**']

/** The package folders from the project up to the top of its repository, nearest first. */
function packagesOf(project: string, top: string): readonly { readonly real: string; readonly at: string }[] {
  const found: { real: string; at: string }[] = []
  for (let at = project; ; at = dirname(at)) {
    const folder = join(at, 'node_modules')
    if (existsSync(folder)) found.push({ real: realpathSync(folder), at: relative(top, folder) })
    if (at === top || at === dirname(at)) return found
  }
}

/** `inner` put in place of the project's folder in the base. */
function grafted(git: GateGit, base: Tree, inner: Tree, prefix: string): Tree {
  const index = 'graft'
  git.run(['read-tree', base.id], { index })
  git.run(['rm', '-r', '--cached', '--quiet', '--ignore-unmatch', '--', prefix], { index })
  git.run(['read-tree', '-i', `--prefix=${prefix}`, inner.id], { index })
  return { ...inner, id: git.run(['write-tree'], { index }).toString().trim() }
}

/** A patch is applied to an index, never to files. Its paths start at the repository, or (`git diff --relative`) at the project. */
function applyPatch(
  git: GateGit,
  patch: Buffer,
  spec: string,
  base: Tree,
  prefix: string,
  limits: IntakeLimits,
): Tree | Refusal {
  const refusal = inspectPatch(patch, limits)
  if (refusal !== undefined) return refusal
  const attempt = (index: string, more: readonly string[]): string | undefined => {
    git.run(['read-tree', base.id], { index })
    return git.attempt(['apply', '--cached', '--whitespace=nowarn', ...more, '-'], { index, input: patch })?.text
  }
  let failure = attempt('patch', [])
  let index = 'patch'
  if (failure !== undefined && prefix !== '') {
    const relativeFailure = attempt('patch-relative', [`--directory=${prefix.slice(0, -1)}`])
    if (relativeFailure === undefined) {
      failure = undefined
      index = 'patch-relative'
    } else if (/No such file|does not exist in index/.test(failure)) failure = relativeFailure
  }
  if (failure !== undefined) {
    return {
      rule: 'apply',
      message: `expected a patch that applies to ${base.shown}, got: ${failure.split('\n').slice(0, 3).join('; ')}`,
      status: 'fail',
    }
  }
  return { id: git.run(['write-tree'], { index }).toString().trim(), shown: spec, commit: undefined }
}
