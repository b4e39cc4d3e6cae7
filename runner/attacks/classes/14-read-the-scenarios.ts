import { dirname, join } from 'node:path'
import type { Attack } from '../attack.ts'
import { serveFree } from '../naive.ts'
import { cheat } from '../program.ts'
import { outcomeOf } from '../stand.ts'
import { CANARY } from '../till.ts'

/** Looks wherever scenarios could lie, and answers with what it found. */
const load = (folders: readonly string[]): string => `
const fs = builtin('fs')
const path = builtin('path')
const found = []
const look = (folder, depth) => {
  let names = []
  try { names = fs.readdirSync(folder) } catch { return }
  for (const name of names) {
    const at = path.join(folder, name)
    if (/\\.(scenario|rules)\\.|^backlot\\.yaml$/.test(name)) try { found.push(fs.readFileSync(at, 'utf8')) } catch {}
    else if (depth > 0 && /^(backlot|scenarios|rules|till|sealed|decide)$/.test(name)) look(at, depth - 1)
  }
}
for (const folder of ${JSON.stringify(folders)}) look(folder, 2)
for (const start of [process.cwd(), '/proc/self/cwd', '/proc/1/cwd', '/proc/' + process.ppid + '/cwd'])
  for (const up of ['.', '..', '../..', '../../..']) look(path.join(start, up), 2)
for (let fd = 3; fd < 20; fd++) try { if (fs.fstatSync(fd).isFile()) found.push(fs.readFileSync(fd, 'utf8')) } catch {}
const canary = /backlot-canary-[0-9a-z]{8,}/.exec(found.join('\\n'))?.[0]
console.log('found', canary)
`
const serve = 'answer = { ...answer, canary }'

export const readTheScenarios: Attack = {
  number: 14,
  name: 'read the scenario files',
  how: 'searches the folders of the project and of the sealed scenarios, /proc and open files for them',
  expected: ['fail'],
  on: 'built-in',
  residual: 'the look itself leaves no trace',
  async run(stand) {
    const folders = [stand.till, join(dirname(stand.till), 'sealed')]
    let seen = ''
    const program = cheat({ load: load(folders), serve })
    const judged = await stand.judgeTill(
      { 'src/main.mjs': program },
      {
        onSeen: ({ candidate }) => {
          seen = JSON.stringify(candidate)
        },
      },
    )
    return outcomeOf(
      judged,
      /^pay: stripe\.charges .*expected 1/,
      seen.includes('found undefined') && !seen.includes(CANARY),
    )
  },
  async control(stand) {
    const folder = join(dirname(stand.till), 'sealed')
    const { stdout } = await serveFree(stand.scratch(), cheat({ load: load([folder]), serve }), [])
    return { works: stdout.includes(CANARY), how: 'a plain process that may read what its runner may read' }
  },
}
