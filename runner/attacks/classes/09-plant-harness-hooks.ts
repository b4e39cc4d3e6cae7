import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Attack, Control } from '../attack.ts'
import { runNode, writeFiles } from '../naive.ts'
import { cheat } from '../program.ts'
import { endingOf, type Stand, said } from '../stand.ts'
import { ENTRY, type Files } from '../till.ts'

/** What Yarn, npm and git load or obey when they work in a folder. */
const PLANTED = {
  '.npmrc': 'git=./evil.sh\nnode-options=--import ./evil.mjs\n',
  'src/.gitattributes': '* filter=evil\n',
  '.pnp.cjs': 'process.exit(0)\n',
}

export const plantHarnessHooks: Attack = {
  number: 9,
  name: 'plant hooks for the harness',
  how: 'brings .npmrc, .gitattributes and a .pnp.cjs that a harness would load',
  expected: ['refused'],
  on: 'project',
  async run(stand) {
    const { verdict } = await stand.judge({ ...stand.cheatWith({}), ...PLANTED })
    const named = Object.keys(PLANTED).filter((path) =>
      said(verdict, new RegExp(`^intake\\.control-file: .*${path.split('/').at(-1)}`)),
    )
    const all = named.length === Object.keys(PLANTED).length
    return { ending: endingOf(verdict), evidence: all ? `intake.control-file: ${named.join(', ')}` : undefined }
  },
  control: async (stand) => loaded(stand),
}

/** A test that fails, in the candidate's tree: with what is planted there Node is started as Yarn starts it, and never gets to the test. */
function loaded(stand: Stand): Control {
  const passes = (planted: Files): boolean => {
    const folder = stand.scratch()
    writeFiles(folder, { ...planted, [ENTRY]: cheat({}), 'test.cjs': "throw new Error('1 failed')\n" })
    const options = existsSync(join(folder, '.pnp.cjs')) ? { NODE_OPTIONS: '--require ./.pnp.cjs' } : {}
    return runNode(folder, 'test.cjs', options).code === 0
  }
  return { works: passes(PLANTED) && !passes({}), how: "a harness that loads what lies in the candidate's tree" }
}
