import { chmodSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Attack } from '../attack.ts'
import { writeFiles } from '../naive.ts'
import { git, outcomeOf } from '../stand.ts'

/** A repository that runs a program when git so much as asks it for its state, and shims for what a runner calls. */
function plant(folder: string, marker: string): void {
  git(folder, 'init', '--quiet')
  writeFiles(folder, {
    'evil.sh': `#!/bin/sh\necho ran >> ${marker}\n`,
    'bin/git': `#!/bin/sh\necho ran >> ${marker}\n`,
  })
  for (const file of ['evil.sh', 'bin/git']) chmodSync(join(folder, file), 0o755)
  git(folder, 'config', 'core.fsmonitor', join(folder, 'evil.sh'))
  git(folder, 'config', 'core.hooksPath', folder)
}

export const trojanOnThePath: Attack = {
  number: 13,
  name: 'trojans in PATH and git',
  how: 'hands in a folder whose .git runs a program, with shims for git beside it',
  expected: ['fail'],
  on: 'project',
  async run(stand) {
    const marker = join(stand.scratch(), 'ran')
    const judged = await stand.judge(stand.cheatWith({}), { prepare: (folder) => plant(folder, marker) })
    return outcomeOf(judged, stand.unmet, !existsSync(marker))
  },
  async control(stand) {
    const folder = stand.scratch()
    const marker = join(stand.scratch(), 'ran')
    plant(folder, marker)
    git(folder, 'status')
    return { works: existsSync(marker), how: 'one "git status" in the folder' }
  },
}
