/**
 * What the sandbox costs: cold start to verdict of `backlot gate` on the billing example, in each profile, against the same gate without
 * one, with three seeds. `node test/bench/gate-overhead.ts [rounds]`. Rounds alternate, so that a busy machine is busy for all; ratios count.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { boxStatus } from '../../runner/sandbox/box.ts'
import { sandboxOf } from '../../runner/sandbox/settings.ts'
import { commit, copyProject, type Ended, REPOSITORY, verdictOf } from '../support/cli.ts'

const GOAL = 1.3
const rounds = Number(process.argv[2] ?? 3)
const { performance } = globalThis

type Way = { readonly name: string; readonly settings: string; readonly folder: string; readonly ms: number[] }
const projects: { close(): void }[] = []

function way(name: string, settings: string): Way {
  const project = copyProject(join(REPOSITORY, 'examples/billing'))
  projects.push(project)
  project.change('backlot.yaml', 'sandbox: preferred', `sandbox: ${settings}`)
  // A busy machine is no endless loop.
  project.change('backlot.yaml', '  entry: src/main.ts', '  entry: src/main.ts\n  limits: { turn-ms: 120000 }')
  commit(project.folder)
  return { name, settings, folder: project.folder, ms: [] }
}

/** Without an end of its own: a busy machine may take its time. */
function gate(folder: string): Ended {
  const args = ['gate', '--project', folder, '--json', '--seeds', '3', '--no-shrink']
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(REPOSITORY, 'bin/backlot.js'), ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })
  return { code: status, stdout, stderr }
}

const ways = [way('none', 'off'), way('bubblewrap', 'required')]
if ((await boxStatus('docker', sandboxOf({}).limits)).available) ways.push(way('docker', '{ profile: docker }'))
try {
  for (let round = 0; round < rounds; round++)
    for (const { folder, name, ms } of ways) {
      const startedMs = performance.now()
      const ended = gate(folder)
      ms.push(performance.now() - startedMs)
      const { status, runs, determinism } = verdictOf(ended)
      if (status !== 'pass') throw new Error(`${name}: expected pass, got ${status}: ${ended.stderr}`)
      process.stderr.write(
        `${name}: ${runs.total} runs, sandbox ${determinism.sandbox}, ${(ms.at(-1) ?? 0).toFixed(0)} ms\n`,
      )
    }
} finally {
  for (const project of projects) project.close()
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
const [free] = ways.map(({ ms }) => median(ms))
for (const { name, ms } of ways) {
  const ratio = median(ms) / (free ?? 1)
  const goal = name === 'none' ? '' : `  ${ratio.toFixed(2)}x, goal under ${GOAL}x${ratio < GOAL ? '' : ': missed'}`
  if (name !== 'none' && ratio >= GOAL) process.exitCode = 1
  process.stdout.write(`${name.padEnd(12)}${median(ms).toFixed(0).padStart(7)} ms${goal}\n`)
}
