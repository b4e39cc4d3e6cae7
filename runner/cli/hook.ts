import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { findRepository, resolveCommit } from '../gate/git.ts'
import { UsageError } from '../gate/workspace.ts'
import { a2aAgent } from '../hook/a2a.ts'
import { acpAgent } from '../hook/acp.ts'
import { checkUrl } from '../hook/address.ts'
import type { HookAgent } from '../hook/agent.ts'
import { chooseBox } from '../hook/box.ts'
import type { HookConfig } from '../hook/client.ts'
import { commandAgent } from '../hook/command.ts'
import { type Finding, printFindings, runConformance } from '../hook/conformance.ts'
import { createHttpExchange } from '../hook/exchange.ts'
import { HookFailure } from '../hook/failure.ts'
import { folderAgent } from '../hook/folder.ts'
import { wordsOf } from '../hook/program.ts'
import { newSecret, newToken, REAL } from '../hook/real.ts'
import { createHookServer } from '../hook/server.ts'
import { secretProblem } from '../hook/signature.ts'
import { sandboxStatus } from '../sandbox/bubblewrap.ts'
import { backlotVersion } from '../version.ts'
import type { OnOpen } from './open.ts'

/** What the command line gives for a local agent. */
export type AgentFlags = {
  readonly command?: string
  readonly critiqueCommand?: string
  readonly judgeCommand?: string
  readonly acp?: string
  readonly a2a?: string
  readonly folder?: string
  readonly answers?: string
  readonly name?: string
  readonly agentVersion?: string
  readonly modelFamily?: string
  readonly shell?: boolean
  readonly repository?: string
  readonly env?: readonly string[]
  readonly read?: readonly string[]
  readonly network?: boolean
  readonly packages?: boolean
  readonly sandbox?: 'required' | 'preferred' | 'off'
  readonly wallMinutes?: number
  readonly outputMb?: number
  readonly permissions?: 'allow' | 'reject'
}

type ServeFlags = AgentFlags & {
  readonly port?: string
  readonly host?: string
  readonly secretEnv?: string
  readonly oldSecretEnv?: string
  readonly bearerEnv?: string
  readonly quiet?: boolean
}

/** The agent that the flags describe, and how it is shown. Throws `UsageError` when they describe none or more than one. */
export function agentOf(flags: AgentFlags): { readonly agent: HookAgent; readonly shown: string } {
  const kinds = [
    flags.folder,
    flags.a2a,
    flags.acp,
    flags.command ?? flags.critiqueCommand ?? flags.judgeCommand,
  ].filter((one) => one !== undefined)
  if (kinds.length !== 1)
    throw new UsageError(
      `expected one of --command, --folder, --acp and --a2a, got ${kinds.length}. Try: backlot hook --command "my-agent"`,
    )
  return asUsage(() => {
    if (flags.folder !== undefined)
      return { agent: folderAgent(flags.folder, flags.answers), shown: `prepared answers from ${flags.folder}` }
    if (flags.a2a !== undefined)
      return {
        agent: a2aAgent({ url: flags.a2a, real: REAL, bearer: process.env.A2A_TOKEN }),
        shown: `the A2A agent at ${flags.a2a}`,
      }
    const { box, shown } = chooseBox(flags.sandbox ?? 'required', sandboxStatus(), {
      network: flags.network ?? false,
      reads: readable(flags.read ?? []),
    })
    const common = {
      name: flags.name ?? 'local',
      version: flags.agentVersion ?? '0',
      modelFamily: flags.modelFamily ?? null,
      repository: flags.repository ?? '.',
      env: environmentOf(flags.env ?? []),
      box,
      packages: flags.packages ?? false,
      wallMs: (flags.wallMinutes ?? 30) * 60_000,
      outputBytes: (flags.outputMb ?? 16) * 1_048_576,
      real: REAL,
    }
    if (flags.acp !== undefined)
      return {
        agent: acpAgent({ ...common, argv: wordsOf(flags.acp), permissions: flags.permissions ?? 'allow' }),
        shown: `ACP: ${flags.acp} (${shown})`,
      }
    const argvOf = (line: string | undefined): readonly string[] | undefined =>
      line === undefined ? undefined : flags.shell === true ? ['/bin/sh', '-c', line] : wordsOf(line)
    const [change, critique, judge] = [flags.command, flags.critiqueCommand, flags.judgeCommand].map(argvOf)
    const agent = commandAgent({
      ...common,
      ...(change === undefined ? {} : { change }),
      ...(critique === undefined ? {} : { critique }),
      ...(judge === undefined ? {} : { judge }),
    })
    return { agent, shown: `${flags.command ?? flags.critiqueCommand ?? flags.judgeCommand} (${shown})` }
  })
}

/** Folders a box can show, by their full paths. */
const readable = (paths: readonly string[]): readonly string[] =>
  paths.map((path) => {
    if (!existsSync(path)) throw new UsageError(`expected --read to name what is there, got ${path}, which is not.`)
    return resolve(path)
  })

/** Only what a program needs to start, and what the user names. */
function environmentOf(names: readonly string[]): Record<string, string> {
  const wanted = ['PATH', 'LANG', 'HOME', ...names]
  return Object.fromEntries(
    wanted.flatMap((name) => {
      const value = process.env[name]
      if (value === undefined && names.includes(name))
        throw new UsageError(`expected the environment variable ${name} (--env), got none. Export it first.`)
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

function asUsage<T>(make: () => T): T {
  try {
    return make()
  } catch (error) {
    if (error instanceof HookFailure) throw new UsageError(error.message)
    throw error
  }
}

function fromEnv(name: string | undefined, flag: string): string | undefined {
  if (name === undefined) return undefined
  const value = process.env[name]
  if (value === undefined || value === '')
    throw new UsageError(`expected the environment variable ${name} (${flag}), got none. Make one: backlot hook secret`)
  return value
}

function secretFromEnv(name: string | undefined, flag: string): string | undefined {
  const value = fromEnv(name, flag)
  const wrong = value === undefined ? undefined : secretProblem(value)
  if (wrong !== undefined) throw new UsageError(`${name}: ${wrong}. Make one: backlot hook secret`)
  return value
}

/** Serves an agent until someone presses Ctrl-C. */
export async function serveHook(flags: ServeFlags, onOpen: OnOpen): Promise<void> {
  const { agent, shown } = agentOf(flags)
  const host = flags.host ?? '127.0.0.1'
  const secret = secretFromEnv(flags.secretEnv, '--secret-env')
  const old = secretFromEnv(flags.oldSecretEnv, '--old-secret-env')
  const bearer = fromEnv(flags.bearerEnv, '--bearer-env')
  if (host !== '127.0.0.1' && host !== 'localhost' && secret === undefined && bearer === undefined)
    throw new UsageError(
      `expected --secret-env or --bearer-env with --host ${host}: others can reach it. Make one: backlot hook secret`,
    )
  const hook = createHookServer(agent, {
    real: REAL,
    newPlace: newToken,
    secrets: [secret, old].filter((one) => one !== undefined),
    ...(bearer === undefined ? {} : { bearer }),
  })
  const listener = getRequestListener(hook.app.fetch)
  const server = createServer({ headersTimeout: 15_000, requestTimeout: 120_000 }, (request, response) => {
    if (flags.quiet !== true)
      response.on('finish', () => process.stderr.write(`${response.statusCode} ${request.method} ${request.url}\n`))
    void listener(request, response)
  })
  server.listen(Number(flags.port ?? '4010'), host)
  try {
    await once(server, 'listening')
  } catch (error) {
    throw new UsageError(
      `expected a free port, got: ${error instanceof Error ? error.message : error}. Give one with --port.`,
    )
  }
  const { port } = server.address() as AddressInfo
  const auth = [secret === undefined ? '' : 'signed', bearer === undefined ? '' : 'bearer'].filter(
    (word) => word !== '',
  )
  process.stdout.write(`hook at http://${host}:${port}/: ${shown}; ${auth.join(' and ') || 'no authentication'}\n`)
  onOpen(async () => {
    hook.close()
    server.closeAllConnections()
    server.close()
  })
  await once(server, 'close')
}

type CheckFlags = {
  readonly secretEnv?: string
  readonly bearerEnv?: string
  readonly base?: string
  readonly gitUrl?: string
  readonly repository?: string
  readonly task?: string
  readonly change?: boolean
  readonly timeoutS?: number
  readonly json?: boolean
}

/** Holds somebody's hook server to the contract. Exit 0 when every promise is kept, 1 when one is broken. */
export async function checkHook(url: string, flags: CheckFlags): Promise<void> {
  const config: HookConfig = {
    url,
    secret: secretFromEnv(flags.secretEnv, '--secret-env'),
    bearer: fromEnv(flags.bearerEnv, '--bearer-env'),
  }
  asUsage(() => checkUrl(url))
  const repository = findRepository(flags.repository ?? '.')
  const commit = repository === undefined ? undefined : resolveCommit(repository, flags.base ?? 'HEAD')?.commit
  if (commit === undefined && flags.change !== false)
    throw new UsageError(
      'expected a git repository with the base, got none. Give --repository and --base, or --no-change.',
    )
  process.stderr.write(
    `checking ${url}${flags.change === false ? '' : ' (the agent is asked for up to three small changes)'}\n`,
  )
  const findings = await runConformance({
    config,
    exchange: createHttpExchange(REAL, { privateNetwork: true }),
    real: REAL,
    limits: { triesMax: 2 },
    base: commit ?? '0'.repeat(40),
    fetch: flags.gitUrl === undefined ? null : { gitUrl: flags.gitUrl },
    run: newToken(),
    task:
      flags.change === false
        ? undefined
        : (flags.task ?? 'Create the file hook-check.txt with the one word "ok" in it.'),
    timeoutMs: (flags.timeoutS ?? 300) * 1000,
  })
  if (flags.json === true) process.stdout.write(`${JSON.stringify(reportOf(url, findings), null, 2)}\n`)
  else process.stdout.write(printFindings(findings))
  process.exitCode = findings.some(({ status }) => status === 'wrong') ? 1 : 0
}

const reportOf = (url: string, findings: readonly Finding[]): object => ({
  schema: 'backlot.hook-check/v1',
  version: backlotVersion(),
  url,
  findings,
})

export function printSecret(): void {
  process.stdout.write(`${newSecret()}\n`)
}
