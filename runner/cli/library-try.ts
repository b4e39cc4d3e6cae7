import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Verdict } from '../../oracle/verdict.ts'
import { UsageError } from '../gate/workspace.ts'
import { type Attempt, attempt } from '../library/attempt.ts'
import type { Bind } from '../library/bind.ts'
import { findIncident, type Incident, readLibrary } from '../library/incident.ts'
import { writeIncident } from '../library/keep.ts'
import { serviceOf } from '../library/on-service.ts'
import { openTroupe } from '../pool/player.ts'
import { writeWhole } from '../store/artefact.ts'
import type { OnOpen } from './open.ts'

type Options = Readonly<Record<string, unknown>>
const say = (line: string): void => void process.stdout.write(`${line}\n`)
const note = (line: string): void => void process.stderr.write(`${line}\n`)
const list = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : [])
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** `library try`: exit 0 when every incident that was tried is held, 1 when one is not, 4 when none could be judged. */
export async function runTry(names: readonly string[], options: Options, onOpen: OnOpen): Promise<void> {
  if ((names.length === 0) !== (options.all === true))
    throw new UsageError('expected the name of an incident, or --all. See: npx backlot library list')
  const incidents = names.length === 0 ? readLibrary() : names.map(findIncident)
  const write = text(options.write)
  if (write !== undefined && (incidents.length !== 1 || !write.endsWith('.scenario.md')))
    throw new UsageError(`expected --write to be a *.scenario.md, and one incident, got "${write}".`)
  const folder = text(options.project) ?? '.'
  const troupe = await openTroupe(folder, onOpen)
  try {
    const { project } = troupe
    const { library } = project.config
    const fields = { ...library?.with, ...readPairs('--with', 'queue=jobs', list(options.with)) }
    const from = text(options.from) ?? library?.from
    const service = serviceOf(project, { from, steps: list(options.step), calls: list(options.call), fields })
    const bind: Bind = { ...library?.bind, ...readPairs('--bind', 'cache=kv', list(options.bind)) }
    const seeds = Number(options.seeds)
    const player = troupe.player(undefined, Number(options.jobs ?? availableParallelism()))
    note(
      `trying ${incidents.length === 1 ? incidents[0]?.name : `${incidents.length} incidents`} on ${project.config.name}, ${seeds} seeds`,
    )
    const attempts: Attempt[] = []
    for (const incident of incidents) {
      const tried = await attempt(incident, { project, player, service, bind, seeds })
      attempts.push(tried)
      if (options.json !== true) for (const line of printAttempt(incident, tried, options)) say(line)
      if (write !== undefined && tried.kind === 'tried')
        keep(join(folder, write), writeIncident(incident, tried.scenario, tried.rules))
    }
    conclude(attempts, options, names.length === 0)
  } finally {
    await troupe.close()
  }
}

function keep(file: string, content: string): void {
  if (existsSync(file)) throw new UsageError(`expected no file at ${file}, got one. Choose another with --write.`)
  writeWhole(file, content)
  note(`kept in ${file}; run it with: npx backlot run`)
}

function readPairs(option: string, example: string, pairs: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, name, value] = /^([^=]+)=(.+)$/.exec(pair) ?? []
      if (name === undefined || value === undefined)
        throw new UsageError(`expected ${option} to be such as ${example}, got "${pair}".`)
      return [name, value]
    }),
  )
}

function conclude(attempts: readonly Attempt[], options: Options, all: boolean): void {
  const tried = attempts.filter((one) => one.kind === 'tried')
  const count = (status: Verdict['status']): number => tried.filter(({ verdict }) => verdict.status === status).length
  const counts = {
    pass: count('pass'),
    fail: count('fail'),
    inconclusive: count('inconclusive'),
    unbound: attempts.length - tried.length,
  }
  if (options.json === true)
    say(JSON.stringify({ schema: 'backlot.library-try/v1', ...counts, incidents: attempts.map(asJson) }, null, 2))
  else if (all) {
    const { pass, fail, inconclusive, unbound } = counts
    say(`${pass} held, ${fail} failed, ${inconclusive} inconclusive, ${unbound} cannot be bound to this project`)
  }
  process.exitCode =
    counts.fail > 0
      ? 1
      : counts.pass > 0 && (all || tried.length === counts.pass) && (all || counts.unbound === 0)
        ? 0
        : 4
}

function asJson(one: Attempt): object {
  if (one.kind === 'unbound') return one
  const { scenario: _, rules, ...rest } = one
  return { ...rest, rules: rules.map(({ id }) => id) }
}

const MARK = { pass: 'HELD        ', fail: 'FAIL        ', inconclusive: 'INCONCLUSIVE' } as const

function printAttempt(incident: Incident, tried: Attempt, options: Options): readonly string[] {
  if (tried.kind === 'unbound')
    return [`UNBOUND       ${incident.name}: ${tried.missing.map(({ role, why }) => `${role}: ${why}`).join('; ')}`]
  const { verdict, words, asked, runs, broken, recovers, tries } = tried
  const back =
    recovers === undefined ? '' : recovers ? '; served again after the fault' : '; not served again after the fault'
  return [
    `${MARK[verdict.status]}  ${incident.name}: ${incident.title}`,
    `              ${[...words, ...(asked.length === 0 ? [] : [`asked ${[...new Set(asked)].join(', ')}`])].join('; ')}`,
    ...reasons(verdict).map((line) => `              ${line}`),
    `              ${runs} runs, ${broken} broken; tries of one request: ${tries.fault}, without the fault ${tries.calm}${back}`,
    ...(verdict.status === 'fail'
      ? [`              read: ${incident.sources[0]}`, `              keep: ${keepCommand(incident, options)}`]
      : []),
  ]
}

/** The same again, kept as a scenario of the project: `backlot run` plays it from then on. */
function keepCommand({ name }: Incident, options: Options): string {
  const given = ['project', 'from'].flatMap((key): [string, string][] => {
    const value = text(options[key])
    return value === undefined || value === '.' ? [] : [[key, value]]
  })
  const lists = ['step', 'call', 'bind', 'with'].flatMap((key) =>
    list(options[key]).map((value): [string, string] => [key, value]),
  )
  const more = [...given, ...lists].map(([key, value]) => ` --${key} ${forShell(value)}`)
  return `npx backlot library try ${name}${more.join('')} --write backlot/scenarios/${name}.scenario.md`
}

const forShell = (value: string): string => (/^[\w./=-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`)

const reasons = (verdict: Verdict): readonly string[] =>
  verdict.status === 'pass'
    ? []
    : verdict.status === 'inconclusive'
      ? [verdict.reason]
      : [...new Set(verdict.findings.map(({ message }) => message))].slice(0, 3)
