import type { Attack } from '../attack.ts'
import { passesInProcess } from '../naive.ts'
import { cheat } from '../program.ts'
import { MISSING, outcomeOf } from '../stand.ts'

/** Looks through stack, arguments, heap and other processes for the value that is expected of it. */
const load = `
const fs = builtin('fs')
const places = []
const gather = (get) => { try { places.push(String(get())) } catch {} }
for (const file of [...new Set((new Error().stack + process.argv.join(' ')).match(/\\/[^\\s:()]+\\.m?[jt]s/g) ?? [])]) {
  gather(() => fs.readFileSync(file, 'utf8'))
  gather(() => fs.readFileSync(builtin('path').join(builtin('path').dirname(file), 'test.mjs'), 'utf8'))
}
for (const id of ['self', '1', '2', String(process.ppid)])
  for (const part of ['environ', 'cmdline', 'maps']) gather(() => fs.readFileSync('/proc/' + id + '/' + part, 'utf8'))
const found = /expected-receipt-of-o1/.exec(places.join('\\n'))?.[0]
`
const serve = 'answer = { ...answer, receipt: found }'
const CHECK = 'assert.strictEqual(answer.receipt, expected.receipt)'

export const introspect: Attack = {
  number: 11,
  name: 'fetch the answer by introspection',
  how: 'reads the stack, the files it names, and what /proc tells of other processes',
  expected: ['fail'],
  on: 'project',
  residual: 'the look itself leaves no trace',
  run: async (stand) => outcomeOf(await stand.judge(stand.cheatWith({ load, serve })), MISSING),
  control: async (stand) => ({
    works:
      passesInProcess(stand.scratch(), cheat({ load, serve }), CHECK) &&
      !passesInProcess(stand.scratch(), cheat({}), CHECK),
    how: 'an expected value in a process that runs the candidate',
  }),
}
