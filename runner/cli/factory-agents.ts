import { relative, resolve } from 'node:path'
import type { NamedAgent } from '../factory/options.ts'
import { UsageError } from '../gate/workspace.ts'
import { createHookClient } from '../hook/client.ts'
import { HookFailure } from '../hook/failure.ts'
import { createLocalHookClient } from '../hook/local.ts'
import { REAL } from '../hook/real.ts'
import { answersAreSigned, type HookSettings, hookConfigOf } from '../hook/settings.ts'
import { type AgentFlags, agentOf } from './hook.ts'

/** What the command line says of agents: an URL, or a local one as `backlot hook` knows it. */
export type FactoryAgentFlags = AgentFlags & { readonly agent?: string }
export type AgentPlace = {
  readonly project: string
  readonly hook: HookSettings | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly note: (text: string) => void
}

/** The agent that changes, and a critic where the command line or backlot.yaml names one. Throws `UsageError`. */
export function chooseAgents(
  flags: FactoryAgentFlags,
  place: AgentPlace,
): { readonly agent: NamedAgent; readonly critic: NamedAgent | undefined } {
  try {
    return { agent: agentFrom(flags, place), critic: criticFrom(flags, place) }
  } catch (error) {
    if (error instanceof HookFailure) throw new UsageError(error.message)
    throw error
  }
}

function agentFrom(flags: FactoryAgentFlags, { project, hook, environment, note }: AgentPlace): NamedAgent {
  const { agent: url, command, folder, acp, a2a } = flags
  const local = [
    command === undefined ? [] : [`command ${command}`],
    folder === undefined ? [] : [`folder ${relative(resolve(project), resolve(folder)) || '.'}`],
    acp === undefined ? [] : [`acp ${acp}`],
    a2a === undefined ? [] : [`a2a ${a2a}`],
  ].flat()
  const [name] = local
  if (local.length + (url === undefined ? 0 : 1) > 1)
    throw new UsageError('expected one of --agent, --command, --folder, --acp and --a2a, got several.')
  if (name !== undefined) {
    const { critiqueCommand: _, ...own } = flags
    const { agent, shown } = agentOf({ ...own, repository: project })
    note(`agent: ${shown}`)
    // It was started by us, so its name is what the person says it is; an agent elsewhere has to sign for that.
    return { name, called: agent.about.name, client: createLocalHookClient(agent, REAL), known: a2a === undefined }
  }
  if (url !== undefined && url !== hook?.url)
    return {
      name: url,
      called: flags.name ?? new URL(url).hostname,
      client: createHookClient({ url }, REAL),
      known: false,
    }
  if (hook !== undefined) return remote(hook, environment, flags.name)
  throw new UsageError(
    'expected an agent, got none. Give --agent URL, --command "..." or --folder DIR, or hook: in backlot.yaml.',
  )
}

function criticFrom(
  flags: FactoryAgentFlags,
  { project, hook, environment, note }: AgentPlace,
): NamedAgent | undefined {
  const { critiqueCommand } = flags
  if (critiqueCommand === undefined) return hook?.critic === undefined ? undefined : remote(hook.critic, environment)
  const { agent: _, command: _own, folder: _folder, acp: _acp, a2a: _a2a, ...rest } = flags
  const { agent, shown } = agentOf({ ...rest, repository: project })
  note(`critic: ${shown}`)
  return {
    name: `command ${critiqueCommand}`,
    called: agent.about.name,
    client: createLocalHookClient(agent, REAL),
    known: true,
  }
}

const remote = (
  settings: Parameters<typeof hookConfigOf>[0],
  environment: AgentPlace['environment'],
  name?: string,
): NamedAgent => ({
  name: settings.url,
  called: name ?? new URL(settings.url).hostname,
  client: createHookClient(hookConfigOf(settings, environment), REAL),
  known: settings['secret-env'] !== undefined && answersAreSigned(settings),
})
