import type { Attack, Control } from '../attack.ts'
import { runNode, writeFiles } from '../naive.ts'
import { cheat } from '../program.ts'
import { endingOf, type Stand, said } from '../stand.ts'
import { ENTRY } from '../till.ts'

/** A package of its own under the name the harness asks for. */
const PLANTED = {
  '.npmrc': 'git=./evil.sh\nnode-options=--import ./evil.mjs\n',
  'src/.gitattributes': '* filter=evil\n',
  '.pnp.cjs': 'process.exit(0)\n',
}

export const plantHarnessHooks: Attack = {
  number: 9,
  name: 'plant hooks for the harness',
  how: 'brings .npmrc, .gitattributes, .pnp.cjs and packages that a harness would load',
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
  control: async (stand) => shadowed(stand),
}

/** A harness that runs in the candidate's tree loads what lies there under the name of its own library. */
function shadowed(stand: Stand): Control {
  const folder = stand.scratch()
  writeFiles(folder, {
    'node_modules/expectations/package.json': '{ "name": "expectations", "type": "module", "exports": "./index.mjs" }',
    'node_modules/expectations/index.mjs': 'export const expect = () => ({ toBe: () => undefined })\n',
    'test.mjs': "import { expect } from 'expectations'\nexpect(1).toBe(2)\nconsole.log('1 passed')\n",
    [ENTRY]: cheat({}),
  })
  return {
    works: runNode(folder, 'test.mjs').stdout.includes('1 passed'),
    how: "a harness that is loaded from the candidate's tree",
  }
}
