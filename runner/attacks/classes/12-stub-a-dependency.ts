import type { Attack } from '../attack.ts'
import { runNode, writeFiles } from '../naive.ts'
import { endingOf, said } from '../stand.ts'

/** A patch, since what lies in node_modules of a folder is not even looked at. */
const added = (path: string, ...lines: readonly string[]): string =>
  `diff --git a/${path} b/${path}\nnew file mode 100644\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1,${lines.length} @@\n${lines.map((line) => `+${line}\n`).join('')}`
const STUB = 'export const charge = async () => ({ status: "succeeded" })'

export const stubADependency: Attack = {
  number: 12,
  name: 'stub a dependency',
  how: 'brings a fake package in node_modules, or has the lockfile name one',
  expected: ['refused'],
  on: 'project',
  async run(stand) {
    const stub = await stand.judge({}, { patch: added('node_modules/stripe/index.js', STUB) })
    const lock = await stand.judge({ 'package-lock.json': '{ "lockfileVersion": 3, "packages": { "": {} } }\n' })
    const named = said(stub.verdict, /^intake\.control-file: node_modules/)
    const person = said(lock.verdict, /^intake\.dependencies: package-lock\.json/)
    const both = named !== undefined && person !== undefined && lock.verdict.status === 'needs-human'
    return { ending: endingOf(stub.verdict), evidence: both ? `${named}; ${person}` : undefined }
  },
  async control(stand) {
    const folder = stand.scratch()
    writeFiles(folder, {
      'node_modules/stripe/package.json': '{ "name": "stripe", "type": "module", "exports": "./index.js" }',
      'node_modules/stripe/index.js': STUB,
      'test.mjs':
        "import { charge } from 'stripe'\nif ((await charge()).status === 'succeeded') console.log('1 passed')\n",
    })
    return {
      works: runNode(folder, 'test.mjs').stdout.includes('1 passed'),
      how: "a run on the candidate's own packages",
    }
  },
}
