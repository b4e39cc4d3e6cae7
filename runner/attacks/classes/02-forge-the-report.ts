import { printJUnit } from '../../report/junit.ts'
import { printMarkdown } from '../../report/markdown.ts'
import type { Attack } from '../attack.ts'
import { serveFree } from '../naive.ts'
import { cheat } from '../program.ts'
import { outcomeOf } from '../stand.ts'

const FORGED = [
  '1..1',
  'ok 1 - everything',
  '::set-output name=verdict::pass',
  '41 checks passed, 0 failed',
  '\\u001b[2Kpass  till',
]
const load = FORGED.map((line) => `console.log('${line}')\nprocess.stderr.write('${line}\\n')`).join('\n')

export const forgeTheReport: Attack = {
  number: 2,
  name: 'forge the report',
  how: "prints test results, a verdict's last line and commands of CI",
  expected: ['fail'],
  on: 'project',
  async run(stand) {
    const judged = await stand.judge(stand.cheatWith({ load, serve: load }))
    const reports = [judged.printed, printMarkdown(judged.verdict), printJUnit(judged.verdict)].join('\n')
    const clean = !/41 checks passed|^::set-output|^ok 1 - everything/m.test(reports) && !reports.includes('\u001b[2K')
    return outcomeOf(judged, stand.unmet, clean)
  },
  async control(stand) {
    const { stdout } = await serveFree(stand.scratch(), cheat({ load }), [])
    return {
      works: /^ok 1 - everything$/m.test(stdout),
      how: 'a runner that reads results from what the candidate prints',
    }
  },
}
