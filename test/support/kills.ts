import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { readJournal } from '../../runner/factory/journal.ts'
import { openLedger } from '../../runner/factory/ledger.ts'
import { outcomeSchema } from '../../runner/factory/outcome.ts'
import type { HookAgent } from '../../runner/hook/agent.ts'
import { patchChange } from '../../runner/hook/command.ts'
import { newToken, REAL } from '../../runner/hook/real.ts'
import { createHookServer } from '../../runner/hook/server.ts'
import { createRng } from '../../twins/rng.ts'
import { commit, copyProject, REPOSITORY, startBacklot } from './cli.ts'

const BIN = join(REPOSITORY, 'bin/backlot.js')
const BRIEF = `# Pay once

## Acceptance

- AC-1: When an order is placed, the card is charged once.
`

/** How the killing went, in one line for people. */
export type KillReport = {
  readonly kills: number
  readonly runs: number
  /** Which event stood last in the journal when a factory was killed. */
  readonly after: Readonly<Record<string, number>>
}

/**
 * Kills factories and gates with kill -9 at random moments, `count` times in all, and lets each go on until it is done. Throws at the
 * first thing that was lost, doubled or left running. `seed` fixes the moments, as far as moments can be.
 */
export async function killAtRandom(
  {
    count,
    perRun,
    seed,
    undisturbedMs,
  }: {
    readonly count: number
    readonly perRun: number
    readonly seed: string
    /** How long a factory and a gate take when nobody kills them; measured when it is not given. */
    readonly undisturbedMs?: { readonly factory: number; readonly gate: number }
  },
  tell: (line: string) => void,
): Promise<KillReport> {
  const rng = createRng(seed)
  const site = await openSite()
  const after: Record<string, number> = {}
  let kills = 0
  let runs = 0
  try {
    const factoryMs = undisturbedMs?.factory ?? (await timeOf(() => site.factory(0)))
    const gateMs = undisturbedMs?.gate ?? (await timeOf(() => site.gate()))
    tell(`undisturbed: factory ${Math.round(factoryMs)} ms, gate ${Math.round(gateMs)} ms`)
    while (kills < count) {
      runs += 1
      const gateRun = rng.fork(`kind ${runs}`).float() < 0.25
      const wanted = Math.min(count - kills, rng.fork(`kills ${runs}`).int(1, perRun))
      for (let at = 0; at < wanted; at++) {
        // Early moments more often: what was done stays done, so that later kills hit later steps all the same.
        const share = rng.fork(`ms ${runs} ${at}`).float() ** 2
        const ms = 50 + share * (gateRun ? gateMs : factoryMs)
        const killed = await site.kill(gateRun ? site.gateArgs() : site.factoryArgs(runs), ms)
        if (!killed) break
        kills += 1
        const last = gateRun ? 'gate' : site.lastEvent(runs)
        after[last] = (after[last] ?? 0) + 1
        await site.expectNoOrphans()
      }
      if (gateRun) await site.gate()
      else await site.factory(runs)
      await site.expectNoOrphans()
      if (runs % 10 === 0) tell(`${kills} of ${count} kills, ${runs} runs`)
    }
    site.expectNothingLeft()
    return { kills, runs, after }
  } finally {
    await site.close()
  }
}

async function timeOf(work: () => Promise<void>): Promise<number> {
  const startedMs = performance.now()
  await work()
  return performance.now() - startedMs
}

/** A project, a key, and an agent behind HTTP that counts how often it really works. */
async function openSite() {
  const project = copyProject()
  project.change('backlot/scenarios/pay.scenario.yaml', 'id: pay\n', 'id: pay\ncovers: [AC-1]\n')
  project.change('backlot.yaml', 'seeds: 3', 'seeds: 1')
  rmSync(join(project.folder, 'backlot/scenarios/lost-answer.scenario.yaml'))
  commit(project.folder)
  const root = join(project.folder, '..')
  const key = join(root, 'gate.pem')
  const worked = new Map<string, number>()
  const server = await serve(countingAgent(worked))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const git = (...args: string[]): string =>
    spawnSync('git', ['-C', project.folder, ...args], { encoding: 'utf8' }).stdout
  // The agent lives in this process, so whoever talks to it must not block it.
  const backlot = (args: readonly string[]) => startBacklot(args).ended
  expectOk((await backlot(['key', 'new', key])).code === 0, 'expected a key')
  const patch = join(root, 'candidate.patch')
  project.write('../candidate.patch', changeOf('good'))

  // Each run has requirements of its own, or it would go on with the one before.
  const briefOf = (run: number): string => {
    const file = join(root, `brief-${run}.md`)
    if (!existsSync(file)) project.write(`../brief-${run}.md`, BRIEF.replace('placed', `placed (${run})`))
    return file
  }
  const factoryArgs = (run: number): readonly string[] => [
    ...['factory', briefOf(run), '--project', project.folder, '--agent', url, '--key', key, '--jobs', '1', '--json'],
    ...['--branch', `made/run-${run}`],
  ]
  const gateArgs = (): readonly string[] => [
    ...['gate', '--project', project.folder, '--candidate', patch, '--json', '--jobs', '1'],
    ...['--evidence', join(root, 'evidence'), '--key', key],
  ]
  const verify = async (folder: string): Promise<void> => {
    const { code, stdout, stderr } = await backlot(['verify', folder, '--key', key])
    expectOk(code === 0, `expected ${folder} to verify, got ${code}: ${stdout}${stderr}`)
  }
  return {
    factoryArgs,
    gateArgs,
    /** Runs a factory to its end, and looks whether everything happened once. */
    async factory(run: number): Promise<void> {
      const ended = await backlot(factoryArgs(run))
      expectOk(ended.code === 0, `run ${run}: expected exit code 0, got ${ended.code}: ${ended.stderr}`)
      const outcome = outcomeSchema.parse(JSON.parse(ended.stdout))
      expectOk(outcome.kind === 'released' && outcome.branch === `made/run-${run}`, `run ${run}: ${ended.stdout}`)
      const attempts = outcome.attempts.map(({ attempt, status }) => `${attempt} ${status}`).join()
      expectOk(attempts === '1 fail,2 pass', `run ${run}: expected two attempts, got ${attempts}`)
      expectOk(outcome.spent.attempts === 2, `run ${run}: ${outcome.spent.attempts} attempts were booked`)
      expectOk(outcome.spent.microUsd === 500_000, `run ${run}: ${outcome.spent.microUsd} were booked`)
      const doubled = [...worked].filter(([id, times]) => id.startsWith(outcome.run) && times !== 1)
      expectOk(doubled.length === 0, `run ${run}: the agent worked twice on ${doubled.join()}`)
      expectOk([...worked.keys()].filter((id) => id.startsWith(outcome.run)).length === 2, `run ${run}: attempts lost`)
      const kinds = readJournal(journalOf(project.folder, outcome.run)).map(({ kind }) => kind)
      for (const kind of ['opened', 'ended'] as const)
        expectOk(kinds.filter((one) => one === kind).length === 1, `run ${run}: expected ${kind} once`)
      expectOk(kinds.filter((kind) => kind === 'finished').length === 2, `run ${run}: ${kinds.join()}`)
      expectOk(git('rev-parse', outcome.branch ?? '').trim() === outcome.commit, `run ${run}: branch`)
      expectOk(git('show', `${outcome.branch}:src/note.ts`) === '// good\n', `run ${run}: content`)
      await verify(join(REPOSITORY, outcome.evidence ?? ''))
    },
    async gate(): Promise<void> {
      const ended = await backlot(gateArgs())
      expectOk(ended.code === 0, `expected the gate to pass, got ${ended.code}: ${ended.stderr}`)
      await verify(join(root, 'evidence'))
    },
    kill: (args: readonly string[], ms: number) => killAfter(args, ms),
    lastEvent(run: number): string {
      const folder = join(project.folder, '.backlot/factory')
      const name = existsSync(folder)
        ? readdirSync(folder).find((one) => {
            const file = join(folder, one, 'journal.jsonl')
            return existsSync(file) && readFileSync(file, 'utf8').includes(`brief-${run}.md`)
          })
        : undefined
      return name === undefined ? 'nothing' : (readJournal(journalOf(project.folder, name)).at(-1)?.kind ?? 'nothing')
    },
    /** Nothing that was started may outlive its starter by more than a moment. */
    async expectNoOrphans(): Promise<void> {
      let found: readonly string[] = []
      for (let tries = 0; tries < 1200; tries++) {
        found = processesIn(root)
        if (found.length === 0) return
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      throw new Error(`expected no process to be left, got:\n${found.join('\n')}`)
    },
    expectNothingLeft(): void {
      expectOk(git('fsck', '--no-dangling').trim() === '', 'expected a sound repository')
      const left = readdirSync(tmpdir()).filter((name) => /^backlot-(gate|workshop|land)-/.test(name) && isOurs(name))
      expectOk(left.length === 0, `expected no folders to be left, got ${left.join()}`)
      const parts = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
        (name) => !name.includes('node_modules') && /\.landing$/.test(name),
      )
      expectOk(parts.length === 0, `expected nothing half done to be left, got ${parts.join()}`)
      const ledger = openLedger(join(project.folder, '.backlot/factory/ledger.sqlite'))
      ledger.close()
    },
    async close(): Promise<void> {
      server.closeAllConnections()
      server.close()
      project.close()
    },
  }
}

const journalOf = (project: string, run: string): string => join(project, '.backlot/factory', run, 'journal.jsonl')
const pids = new Set<number>()
/** Folders name the process they belong to; those of other tests on this machine are not ours to judge. */
const isOurs = (name: string): boolean => {
  const file = join(tmpdir(), name, 'pid')
  return existsSync(file) && pids.has(Number(readFileSync(file, 'utf8')))
}

function expectOk(ok: boolean, message: string): void {
  if (!ok) throw new Error(message)
}

/** The first attempt of each request answers other than it should, the second is good. */
function countingAgent(worked: Map<string, number>): HookAgent {
  return {
    about: { name: 'counting', version: '1', modelFamily: null, reply: ['patch'] },
    async change({ requestId, attempt, base }) {
      const id = `${requestId}#${attempt}`
      worked.set(id, (worked.get(id) ?? 0) + 1)
      // Long enough to be killed in, in real life as here.
      await REAL.sleep(150)
      const diff = Buffer.from(changeOf(attempt === 1 ? 'bad' : 'good'))
      return { status: 'completed', change: patchChange(diff, base.commit), usage: { costUsd: 0.25 } }
    },
  }
}

const changeOf = (kind: 'good' | 'bad'): string =>
  kind === 'good'
    ? 'diff --git a/src/note.ts b/src/note.ts\nnew file mode 100644\n--- /dev/null\n+++ b/src/note.ts\n@@ -0,0 +1 @@\n+// good\n'
    : `diff --git a/src/main.ts b/src/main.ts
--- a/src/main.ts
+++ b/src/main.ts
@@ -20,5 +20,5 @@
       { idempotencyKey: \`pay-\${order}\` },
     )
-    return c.json({ id: intent.id, status: intent.status }, 201)
+    return c.json({ id: intent.id, status: intent.status }, 202)
   } catch (error) {
     return c.json({ error: error instanceof Error ? error.message : String(error) }, 502)
`

async function serve(agent: HookAgent) {
  const hook = createHookServer(agent, { real: REAL, newPlace: newToken, waitMs: 50, retryAfterS: 0 })
  const server = createServer(getRequestListener(hook.app.fetch))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

/** Kills the command line after `ms`; false when it was done before. */
async function killAfter(args: readonly string[], ms: number): Promise<boolean> {
  const child = spawn(process.execPath, [BIN, ...args], { cwd: REPOSITORY, stdio: 'ignore' })
  pids.add(child.pid ?? 0)
  const ended = once(child, 'exit')
  const timer = setTimeout(() => child.kill('SIGKILL'), ms)
  const [, signal] = await ended
  clearTimeout(timer)
  return signal === 'SIGKILL'
}

/** Processes whose command line or working folder is below `root`, or in a folder of a gate that we killed. */
function processesIn(root: string): readonly string[] {
  const ours = [
    root,
    ...readdirSync(tmpdir())
      .filter(isOurs)
      .map((name) => join(tmpdir(), name)),
  ]
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return []
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      return ours.some((folder) => line.includes(folder)) ? [`${pid} ${line}`] : []
    } catch {
      return []
    }
  })
}
