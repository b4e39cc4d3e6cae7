import type { GateGit } from './git.ts'
import type { Tree } from './workspace.ts'

/** Paths that differ between two trees, relative to the project; a renamed file counts under both names. */
export const changedPaths = (git: GateGit, base: Tree, candidate: Tree, prefix: string): readonly string[] =>
  git
    .run(['diff-tree', '-r', '-z', '--name-only', '--no-renames', base.id, candidate.id])
    .toString('utf8')
    .split('\0')
    .filter((path) => path !== '')
    .map((path) => (path.startsWith(prefix) ? path.slice(prefix.length) : `/${path}`))

/** The change as git prints it, whole: what turns the base's tree into the candidate's. */
export const patchOf = (git: GateGit, base: Tree, candidate: Tree): Buffer =>
  git.run([
    'diff-tree',
    '-p',
    '-r',
    '--binary',
    '--full-index',
    '--no-renames',
    '--no-ext-diff',
    '--no-textconv',
    '--no-color',
    base.id,
    candidate.id,
  ])
