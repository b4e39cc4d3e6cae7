import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { runFactory } from '../../factory/factory.ts'
import type { Settled } from '../../factory/options.ts'
import type { FactoryOutcome } from '../../factory/outcome.ts'
import { STOP_FILE, type StopSwitch, stopSwitch } from '../../factory/stop.ts'
import type { HookAgent } from '../../hook/agent.ts'
import { createLocalHookClient } from '../../hook/local.ts'
import { newToken, REAL } from '../../hook/real.ts'
import type { Attack } from '../attack.ts'
import { git, type Stand } from '../stand.ts'

const noPage = async (): Promise<never> => {
  throw new Error('no network')
}

export const disableTheStop: Attack = {
  number: 39,
  name: 'disable the stop',
  how: 'takes away the folder of the kill switch, or makes its page unreachable, and has the factory started',
  expected: ['inconclusive'],
  on: 'built-in',
  async run(stand) {
    const project = repository(stand)
    mkdirSync(join(project, '.backlot'))
    writeFileSync(join(project, STOP_FILE), '')
    const tries = [
      await factoryUnder(project, stopSwitch(project, undefined, noPage)),
      await factoryUnder(project, stopSwitch(project, takenAway(stand), noPage)),
      await factoryUnder(project, stopSwitch(project, 'https://switch.example/backlot', noPage)),
    ]
    // It stopped before anybody was asked for a change; what it says is what the command prints, with exit 4.
    const held = tries.every(({ outcome, asked }) => outcome.kind === 'stopped' && asked === 0)
    const whys = tries.map(({ outcome }) => outcome.reason)
    const named = /STOP is there/.test(whys[0] ?? '') && whys.slice(1).every((why) => /that means stop/.test(why))
    return { ending: held ? 'inconclusive' : 'pass', evidence: held && named ? `stopped: ${whys[1]}` : undefined }
  },
  async control(stand) {
    const file = takenAway(stand)
    const naive = async (): Promise<string | undefined> => (existsSync(file) ? 'stop' : undefined)
    const { asked } = await factoryUnder(repository(stand), naive)
    return { works: asked > 0, how: 'the same factory with a switch that is off when its file is not there' }
  },
}

/** Where a switch was set, until its folder was taken away. */
function takenAway(stand: Stand): string {
  const file = join(stand.scratch(), 'switch', 'STOP')
  mkdirSync(dirname(file))
  writeFileSync(file, '')
  rmSync(dirname(file), { recursive: true })
  return file
}

function repository(stand: Stand): string {
  return stand.copyTill((folder) => {
    git(folder, 'init', '--quiet')
    git(folder, 'add', '--all')
    git(folder, 'commit', '--quiet', '-m', 'base')
  })
}

/** Starts the factory on the brief of a project, and counts how often its agent is asked for a change. */
async function factoryUnder(
  project: string,
  stop: StopSwitch,
): Promise<{ readonly outcome: FactoryOutcome; readonly asked: number }> {
  let asked = 0
  const agent: HookAgent = {
    about: { name: 'eager', version: '1', modelFamily: 'test', reply: ['patch'] },
    async change() {
      asked += 1
      return { status: 'declined' }
    },
  }
  const client = createLocalHookClient(agent, REAL)
  const settled: Settled = {
    agent: { name: 'eager', called: 'eager', client, known: true },
    critic: undefined,
    limits: { attempts: 1, microUsd: undefined, wallMs: 60_000, answerMs: 30_000 },
    parallel: 1,
    remotes: [],
    stop,
  }
  try {
    const outcome = await runFactory({
      brief: join(project, 'BRIEF.md'),
      project,
      base: undefined,
      settle: () => settled,
      branch: undefined,
      fresh: true,
      judge: () => Promise.reject(new Error('expected nothing to judge')),
      approved: () => false,
      progress: { note: () => undefined, begin: () => ({ said: () => undefined, end: () => undefined }) },
      now: () => REAL.now(),
      token: newToken,
      signal: new AbortController().signal,
    })
    return { outcome, asked }
  } finally {
    client.close()
  }
}
