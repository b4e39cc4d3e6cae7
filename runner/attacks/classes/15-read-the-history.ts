import type { Attack } from '../attack.ts'
import { serveFree, writeFiles } from '../naive.ts'
import { cheat } from '../program.ts'
import { git, outcomeOf } from '../stand.ts'
import { till } from '../till.ts'

/** Looks for a repository above itself, and for the commit in which somebody has done the work. */
const load = (repository: string): string => `
const fs = builtin('fs')
const path = builtin('path')
const heads = []
for (const start of [process.cwd(), ${JSON.stringify(repository)}, path.dirname(process.argv[1] ?? '/')])
  for (let at = start; ; at = path.dirname(at)) {
    for (const name of ['.git/logs/HEAD', '.git/packed-refs', '.git/HEAD', '.git/ORIG_HEAD', 'HEAD', 'objects/info/alternates'])
      try { heads.push(fs.readFileSync(path.join(at, name), 'utf8')) } catch {}
    if (at === path.dirname(at)) break
  }
console.log('history', heads.length, /the-solution/.test(heads.join()) )
`

export const readTheHistory: Attack = {
  number: 15,
  name: 'read the history of git',
  how: 'looks for the repository and a commit in which the work is done',
  expected: ['fail'],
  on: 'built-in',
  async run(stand) {
    const project = repositoryWithSolution(stand.scratch())
    let seen = ''
    const judged = await stand.judgeTill(
      { 'src/main.mjs': cheat({ load: load(project) }) },
      {
        onSeen: ({ candidate }) => {
          seen = JSON.stringify(candidate)
        },
      },
    )
    return outcomeOf(judged, /^pay: stripe\.charges .*expected 1/, seen.includes('history 0 false'))
  },
  async control(stand) {
    const project = repositoryWithSolution(stand.scratch())
    const { stdout } = await serveFree(project, cheat({ load: load(project) }), [])
    return { works: /history \d+ true/.test(stdout), how: 'a checkout with its history beside it' }
  },
}

function repositoryWithSolution(folder: string): string {
  writeFiles(folder, till('bubblewrap'))
  git(folder, 'init', '--quiet')
  git(folder, 'add', '--all')
  git(folder, 'commit', '--quiet', '-m', 'base')
  git(folder, 'commit', '--quiet', '--allow-empty', '-m', 'the-solution')
  git(folder, 'reset', '--quiet', '--hard', 'HEAD^')
  return folder
}
