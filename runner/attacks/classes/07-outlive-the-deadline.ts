import type { Attack } from '../attack.ts'
import { runNode, writeFiles } from '../naive.ts'
import { outcomeOf } from '../stand.ts'

const serve = 'for (;;) {}'

export const outliveTheDeadline: Attack = {
  number: 7,
  name: 'outlive the deadline',
  how: 'never comes to rest, so that no timer of its runner ever fires',
  expected: ['fail'],
  on: 'built-in',
  run: async (stand) =>
    outcomeOf(
      await stand.judgeTill({ 'src/charge.mjs': `export async function charge() { ${serve} }\n` }),
      /did not come to rest/,
    ),
  async control(stand) {
    const folder = stand.scratch()
    writeFiles(folder, {
      'test.mjs':
        "setTimeout(() => { console.log('deadline'); process.exit(1) }, 100)\nconst { charge } = await import('./charge.mjs')\nawait charge()\n",
      'charge.mjs': `export async function charge() { await null; ${serve} }\n`,
    })
    const { code, stdout } = runNode(folder, 'test.mjs', {}, 700)
    return { works: code === null && !stdout.includes('deadline'), how: "a deadline in the candidate's own process" }
  },
}
