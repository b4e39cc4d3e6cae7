import type { GateGit, UserRepository } from '../gate/git.ts'
import { resolveCommit } from '../gate/git.ts'

/** A commit that follows from its parts: made twice it is the same. */
export type CommitParts = {
  readonly tree: string
  readonly parent: string
  readonly message: string
  readonly atMs: number
}

/** Whoever reads the history sees that no person wrote it. */
const AUTHOR = 'backlot factory'
const MAIL = 'factory@backlot.invalid'

/** Makes a commit in the gate's own repository. Nothing of the user's is touched. */
export function makeCommit(git: GateGit, { tree, parent, message, atMs }: CommitParts): string {
  const date = `${Math.floor(atMs / 1000)} +0000`
  const env = {
    GIT_AUTHOR_NAME: AUTHOR,
    GIT_AUTHOR_EMAIL: MAIL,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: AUTHOR,
    GIT_COMMITTER_EMAIL: MAIL,
    GIT_COMMITTER_DATE: date,
  }
  const input = Buffer.from(message)
  return git.run(['commit-tree', '--no-gpg-sign', tree, '-p', parent, '-F', '-'], { env, input }).toString().trim()
}

/**
 * Puts a commit on a new branch of the user's repository: its objects are added to the store, then the name, in one step. Index,
 * working tree and other branches stay as they are, and no hook runs. False when the branch stands for something else already.
 */
export function createBranch(git: GateGit, repository: UserRepository, branch: string, commit: string): boolean {
  const there = resolveCommit(repository, `refs/heads/${branch}`)?.commit
  if (there !== undefined) return there === commit
  const objects = git.run(['rev-list', '--objects', `${commit}^!`])
  const names = Buffer.from(
    objects
      .toString()
      .split('\n')
      .map((line) => line.split(' ')[0] ?? '')
      .filter((id) => id !== '')
      .map((id) => `${id}\n`)
      .join(''),
  )
  const pack = git.run(['pack-objects', '--stdout', '--quiet'], { input: names })
  git.run(['unpack-objects', '-q'], { input: pack, env: { GIT_OBJECT_DIRECTORY: repository.objects } })
  try {
    const input = Buffer.from(`create refs/heads/${branch} ${commit}\n`)
    git.run(['update-ref', '--stdin', '-m', 'backlot factory'], { input, env: { GIT_DIR: repository.common } })
    return true
  } catch (error) {
    // Somebody was faster, or a name stands in the way (`backlot/x` beside `backlot/x/y`).
    if (resolveCommit(repository, `refs/heads/${branch}`)?.commit === commit) return true
    if (/cannot lock ref|already exists/.test(String(error))) return false
    throw error
  }
}
