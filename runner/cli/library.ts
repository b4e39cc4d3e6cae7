import { existsSync, readFileSync } from 'node:fs'
import { printRule } from '../../oracle/rules/rule.ts'
import { PARTS, ROLES } from '../../scenarios/library/roles.ts'
import { findIncident, type Incident, readLibrary, subjectFile } from '../library/incident.ts'
import { createProver, type Proof } from '../library/prove.ts'
import { printTable } from '../library/table.ts'
import type { OnOpen } from './open.ts'

type Options = Readonly<Record<string, unknown>>
const say = (line: string): void => void process.stdout.write(`${line}\n`)
const print = (value: object): void => say(JSON.stringify(value, null, 2))

/** The year of an incident, or what stands in its place. */
const yearOf = ({ when }: Incident): string => /^\d{4}/.exec(when)?.[0] ?? '-'

export function runList(options: Options): void {
  const library = readLibrary()
  if (options.json === true) {
    const incidents = library.map(({ name, title, roles, who, when, sources, rules }) => {
      return { name, title, roles, incident: who, when, sources, rules: rules.map(printRule) }
    })
    return print({ schema: 'backlot.library/v1', incidents })
  }
  const rows = library.map((incident) => {
    const [source = '', ...more] = incident.sources
    const others = more.length === 0 ? '' : ` and ${more.length} more`
    return [incident.name, incident.roles.join(', ') || '-', incident.who, yearOf(incident), `${source}${others}`]
  })
  for (const line of printTable([['name', 'roles', 'incident', 'year', 'source'], ...rows])) say(line)
  say('')
  say(`${library.length} incidents. Read one: npx backlot library show NAME. Try one: npx backlot library try NAME`)
}

export function runShow(name: string, options: Options): void {
  const incident = findIncident(name)
  const program = subjectFile(name)
  const cast = incident.roles.map((role) => ({
    role,
    title: ROLES.find((one) => one.name === role)?.title ?? role,
    twins: PARTS.filter((part) => part.role === role).map(({ twin }) => twin),
  }))
  if (options.json === true) {
    const { title, who, when, sources, rules, scenario } = incident
    return print({
      schema: 'backlot.library-incident/v1',
      name,
      title,
      incident: who,
      when,
      sources,
      roles: cast,
      rules: rules.map(printRule),
      scenario,
      program,
    })
  }
  say(incident.text.trimEnd())
  say('')
  say('## The pair: `bug` and `fix` differ where `either` stands')
  say('')
  say(existsSync(program) ? readFileSync(program, 'utf8').trimEnd() : program)
  say('')
  for (const { role, title, twins } of cast)
    say(
      `${role}: a ${title}; ${twins.length === 0 ? 'no vendor twin, bind your own' : `played by ${twins.join(', ')}`}`,
    )
  say(`try it: npx backlot library try ${name}`)
}

/** `library prove`: exit 0 when every pair holds, else 1. */
export async function runProveLibrary(names: readonly string[], options: Options, onOpen: OnOpen): Promise<void> {
  const incidents = names.length === 0 ? readLibrary() : names.map(findIncident)
  const prover = createProver()
  onOpen(async () => prover.close())
  const proofs: Proof[] = []
  try {
    if (options.json !== true) process.stderr.write(`proving ${incidents.length} incidents\n`)
    for (const incident of incidents) {
      const proof = await prover.prove(incident)
      proofs.push(proof)
      if (options.json !== true) say(printProof(proof))
    }
  } finally {
    prover.close()
  }
  const failed = proofs.filter(({ holds }) => !holds).length
  if (options.json === true) print({ schema: 'backlot.library-proof/v1', proofs })
  else say(`${proofs.length - failed} proven, ${failed} not`)
  process.exitCode = failed === 0 ? 0 : 1
}

function printProof({ incident, brokenByBug, fix, calm, nobody, needs, recovers, tries, holds }: Proof): string {
  const idle = needs.filter(({ needed }) => !needed).map(({ part }) => part)
  const parts = [
    `bug breaks ${brokenByBug.join(', ') || 'nothing'}`,
    `fix ${fix.status}`,
    `without the fault ${calm.status === 'inconclusive' ? 'nothing to judge' : calm.status}`,
    ...(nobody.status === 'pass' ? ['a service that does nothing passes'] : []),
    idle.length === 0 ? `all ${needs.length} parts needed` : `not needed: ${idle.join(', ')}`,
    ...(recovers === undefined
      ? []
      : [`bug ${recovers.bug ? 'recovers' : 'stays down'}, fix ${recovers.fix ? 'recovers' : 'stays down'}`]),
    `tries of one request ${tries.bug} and ${tries.fix}`,
  ]
  return `${holds ? 'PROVEN' : 'NOT   '}  ${incident}: ${parts.join('; ')}`
}
