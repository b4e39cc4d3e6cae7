import type { Attack } from '../attack.ts'
import { passesInProcess } from '../naive.ts'
import { cheat } from '../program.ts'
import { outcomeOf } from '../stand.ts'

const load = `
const always = () => true
const assert = builtin('assert')
for (const name of Object.keys(assert)) if (typeof assert[name] === 'function' && name !== 'AssertionError') assert[name] = always
builtin('module').syncBuiltinESMExports?.()
Object.is = always
JSON.stringify = ((real) => (value) => real(value ?? { status: 'succeeded' }))(JSON.stringify)
Date.now = () => 0
Object.prototype.calls = 1
Array.prototype.every = always
process.hrtime.bigint = () => 0n
`

export const patchTheRealm: Attack = {
  number: 10,
  name: 'patch the realm',
  how: 'replaces assert, Object.is, JSON, Date and prototypes',
  expected: ['fail'],
  on: 'project',
  run: async (stand) => outcomeOf(await stand.judge(stand.cheatWith({ load })), stand.unmet),
  control: async (stand) => ({
    works: passesInProcess(stand.scratch(), cheat({ load })) && !passesInProcess(stand.scratch(), cheat({})),
    how: "assertions in the candidate's own process",
  }),
}
