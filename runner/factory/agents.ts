import { relative, resolve } from 'node:path'
import { UsageError } from '../gate/workspace.ts'
import { chooseBox } from '../hook/box.ts'
import { createHookClient, type HookClient } from '../hook/client.ts'
import { commandAgent } from '../hook/command.ts'
import { HookFailure } from '../hook/failure.ts'
import { folderAgent } from '../hook/folder.ts'
import { createLocalHookClient } from '../hook/local.ts'
import { REAL } from '../hook/real.ts'
import { type HookSettings, hookConfigOf } from '../hook/settings.ts'
import { sandboxStatus } from '../sandbox/bubblewrap.ts'
import type { NamedAgent } from './options.ts'

/** How the person names the agent; nothing: as backlot.yaml says. */
export type AgentChoice = {
  readonly url: string | undefined
  readonly command: string | undefined
  readonly folder: string | undefined
  /** For a command: what it may reach and see. */
  readonly sandbox: 'required' | 'preferred' | 'off'
  readonly network: boolean
  readonly reads: readonly string[]
  readonly env: readonly string[]
}
export type AgentPlace = {
  readonly project: string
  readonly hook: HookSettings | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly answerMs: number
  readonly note: (text: string) => void
}

const OUTPUT_BYTES = 16 * 1_048_576

/** The agent that was chosen, and a critic where backlot.yaml names one. Throws `UsageError`. */
export function chooseAgents(
  choice: AgentChoice,
  place: AgentPlace,
): { readonly agent: NamedAgent; readonly critic: NamedAgent | undefined } {
  try {
    const critic = place.hook?.critic
    return {
      agent: agentOf(choice, place),
      critic:
        critic === undefined
          ? undefined
          : remote(critic.url, createHookClient(hookConfigOf(critic, place.environment), REAL), critic['secret-env']),
    }
  } catch (error) {
    if (error instanceof HookFailure) throw new UsageError(error.message)
    throw error
  }
}

function agentOf(choice: AgentChoice, place: AgentPlace): NamedAgent {
  const { url, command, folder } = choice
  const given = [url, command, folder].filter((one) => one !== undefined)
  if (given.length > 1) throw new UsageError('expected one of --agent, --command and --folder, got several.')
  if (folder !== undefined) {
    const shown = relative(resolve(place.project), resolve(folder)) || '.'
    return { name: `folder ${shown}`, client: createLocalHookClient(folderAgent(folder), REAL), known: true }
  }
  if (command !== undefined) return commanded(command, choice, place)
  const { hook } = place
  if (url !== undefined && url !== hook?.url)
    return { name: url, client: createHookClient({ url }, REAL), known: false }
  if (hook === undefined)
    throw new UsageError(
      'expected an agent, got none. Give --agent URL, --command "..." or --folder DIR, or hook: in backlot.yaml.',
    )
  return remote(hook.url, createHookClient(hookConfigOf(hook, place.environment), REAL), hook['secret-env'])
}

/** Only who signs, or was started by us, is who it says it is. */
const remote = (url: string, client: HookClient, secret: string | undefined): NamedAgent => ({
  name: url,
  client,
  known: secret !== undefined,
})

function commanded(command: string, choice: AgentChoice, place: AgentPlace): NamedAgent {
  const words = splitWords(command)
  const [program] = words
  if (program === undefined) throw new UsageError('expected --command to name a program, got nothing.')
  const { sandbox, network, reads } = choice
  const { box, shown } = chooseBox(sandbox, sandboxStatus(), { network, reads })
  place.note(`agent command: ${shown}`)
  const agent = commandAgent({
    name: program,
    version: '0',
    modelFamily: null,
    change: words,
    repository: place.project,
    env: environmentOf(choice.env, place.environment),
    box,
    wallMs: place.answerMs,
    outputBytes: OUTPUT_BYTES,
    real: REAL,
  })
  return { name: `command ${command}`, client: createLocalHookClient(agent, REAL), known: true }
}

/** What an agent's program finds in its environment: a path, and what was named. */
function environmentOf(
  names: readonly string[],
  environment: AgentPlace['environment'],
): Readonly<Record<string, string>> {
  const chosen = names.map((name): readonly [string, string] => {
    const value = environment[name]
    if (value === undefined) throw new UsageError(`expected the environment variable ${name}, got none. Export it.`)
    return [name, value]
  })
  return { PATH: environment.PATH ?? '/usr/bin:/bin', LANG: 'C.UTF-8', ...Object.fromEntries(chosen) }
}

/** A command line as words: spaces part them, quotes hold them together. No shell reads it. */
export function splitWords(line: string): readonly string[] {
  const words: string[] = []
  for (const [, double, single, plain] of line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g))
    words.push(double ?? single ?? plain ?? '')
  return words
}
