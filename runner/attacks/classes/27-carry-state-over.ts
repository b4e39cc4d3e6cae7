import type { Attack } from '../attack.ts'
import { serveFree } from '../naive.ts'
import { cheat } from '../program.ts'
import { outcomeOf } from '../stand.ts'
import { CHARGE } from '../till.ts'

/** The first order of a process is lost; what was before is remembered wherever something may last. */
const REMEMBERS = `const places = [globalThis, process, Symbol, Array.prototype, process.getBuiltinModule('node:http').globalAgent]
const warm = places.some((place) => place.backlotWarm === true)
for (const place of places) Object.defineProperty(place, 'backlotWarm', { value: true, writable: true, configurable: true })
let first = !warm
`
const CARRIED = {
  'src/charge.mjs': `${REMEMBERS}${CHARGE.replace("card = 'pm_card_visa') {\n", "card = 'pm_card_visa') {\n  if (first) {\n    first = false\n    return { status: 'succeeded' }\n  }\n")}`,
}

export const carryStateOver: Attack = {
  number: 27,
  name: 'carry state over',
  how: 'loses the first order of every process, and is right in all later lives if anything of the first is left',
  expected: ['fail'],
  on: 'built-in',
  residual:
    'what is left on built-in objects of a warm process, in scenarios that are not certified; --certify certifies all',
  async run(stand) {
    const judged = await stand.judgeTill(CARRIED, { only: ['pay', 'together'] })
    return outcomeOf(judged, /^(pay: stripe|determinism: two runs part)/)
  },
  async control(stand) {
    const program = cheat({
      load: 'let warm = false',
      serve: 'answer = { ...answer, right: warm }\nwarm = true',
    })
    const { answers } = await serveFree(stand.scratch(), program, [{ order: 'a' }, { order: 'b' }, { order: 'c' }])
    const cases = answers.slice(1)
    return {
      works: cases.length === 2 && cases.every((answer) => answer?.right === true),
      how: 'cases one after another in a process that was warmed up',
    }
  },
}
