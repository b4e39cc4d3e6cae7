import type { Attack } from '../attack.ts'
import { runNode, writeFiles } from '../naive.ts'
import { endingOf, git, type Stand, said } from '../stand.ts'

/** A patch, since what lies in node_modules of a folder is not even looked at. */
const added = (path: string, ...lines: readonly string[]): string =>
  `diff --git a/${path} b/${path}\nnew file mode 100644\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1,${lines.length} @@\n${lines.map((line) => `+${line}\n`).join('')}`
const PATCH_FILE = 'change.patch'
const STUB = 'export const charge = async () => ({ status: "succeeded" })'

const STUBBED = added('node_modules/stripe/index.js', STUB)

export const stubADependency: Attack = {
  number: 12,
  name: 'stub a dependency',
  how: 'brings a fake package in node_modules, or has the lockfile name one',
  expected: ['refused'],
  on: 'project',
  async run(stand) {
    const stub = await stand.judge({}, { patch: STUBBED })
    const lock = await stand.judge({ 'package-lock.json': '{ "lockfileVersion": 3, "packages": { "": {} } }\n' })
    const named = said(stub.verdict, /^intake\.control-file: node_modules/)
    const person = said(lock.verdict, /^intake\.dependencies: package-lock\.json/)
    const both = named !== undefined && person !== undefined && lock.verdict.status === 'needs-human'
    return { ending: endingOf(stub.verdict), evidence: both ? `${named}; ${person}` : undefined }
  },
  control: async (stand) => ({
    works: passesWith(stand, STUBBED) && !passesWith(stand, undefined),
    how: "a run on the candidate's own packages",
  }),
}

/** A test of a package that charges nothing, in a tree to which the change was applied as it came. */
function passesWith(stand: Stand, patch: string | undefined): boolean {
  const folder = stand.scratch()
  writeFiles(folder, {
    'node_modules/stripe/package.json': '{ "name": "stripe", "type": "module", "exports": "./index.js" }',
    'test.mjs':
      "import { charge } from 'stripe'\nif ((await charge()).status === 'succeeded') console.log('1 passed')\n",
    ...(patch === undefined ? {} : { [PATCH_FILE]: patch }),
  })
  if (patch !== undefined) git(folder, 'apply', PATCH_FILE)
  return runNode(folder, 'test.mjs').stdout.includes('1 passed')
}
