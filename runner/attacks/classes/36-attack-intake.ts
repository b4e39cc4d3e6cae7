import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { checkAddress, checkUrl } from '../../hook/address.ts'
import type { Attack } from '../attack.ts'
import { writeFiles } from '../naive.ts'
import { endingOf, git } from '../stand.ts'

const file = (path: string, mode = '100644', lines = 1): string =>
  `diff --git a/${path} b/${path}\nnew file mode ${mode}\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1,${lines} @@\n${'+x\n'.repeat(lines)}`
const PATCHES: Readonly<Record<string, string>> = {
  outside: file('../../evil.mjs'),
  symlink: `${file('src/link', '120000').trimEnd()}\n\\ No newline at end of file\n`,
  submodule: `diff --git a/sub b/sub\nnew file mode 160000\nindex 0000000..${'1'.repeat(40)}\n--- /dev/null\n+++ b/sub\n@@ -0,0 +1 @@\n+Subproject commit ${'1'.repeat(40)}\n`,
  size: file('src/big.mjs', '100644', 600_000),
  'control-file': file('.git/hooks/post-checkout', '100755'),
}

/** Addresses a server could send us to. */
const ADDRESSES: readonly (() => unknown)[] = [
  () => checkUrl('http://agent.example/'),
  () => checkUrl('file:///etc/passwd'),
  () => checkAddress('agent.example', '169.254.169.254', false),
  () => checkAddress('agent.example', '::ffff:10.0.0.1', false),
]

export const attackIntake: Attack = {
  number: 36,
  name: 'attack the intake',
  how: 'hands in paths that leave, links, submodules, a flood and a hook of git, and sends the hook client to inner addresses',
  expected: ['refused'],
  on: 'project',
  async run(stand) {
    const refused: string[] = []
    for (const [rule, patch] of Object.entries(PATCHES)) {
      const { verdict } = await stand.judge({}, { patch })
      const rules = verdict.checks.filter(({ status }) => status === 'fail').map(({ id }) => id)
      if (endingOf(verdict) === 'refused' && rules.includes(`intake.${rule}`)) refused.push(`intake.${rule}`)
    }
    const addresses = ADDRESSES.filter((attempt) => throws(attempt)).length
    const all = refused.length === Object.keys(PATCHES).length && addresses === ADDRESSES.length
    return {
      ending: all ? 'refused' : 'pass',
      evidence: `${refused.join(', ')}; ${addresses} of ${ADDRESSES.length} addresses`,
    }
  },
  async control(stand) {
    const outer = stand.scratch()
    const tree = join(outer, 'inner', 'tree')
    mkdirSync(tree, { recursive: true })
    writeFiles(outer, { 'outside.patch': PATCHES.outside ?? '' })
    git(tree, 'apply', '--unsafe-paths', '../../outside.patch')
    return { works: existsSync(join(outer, 'evil.mjs')), how: 'a tool that writes files where the change says' }
  },
}

function throws(attempt: () => unknown): boolean {
  try {
    attempt()
    return false
  } catch {
    return true
  }
}
