import { patternsOf } from '../../oracle/rules/rule.ts'
import { PARTS, ROLES } from '../../scenarios/library/roles.ts'
import { suggest } from '../../scenarios/parse/nearest.ts'
import type { TwinDefinition } from '../../twins/twin.ts'
import { UsageError } from '../gate/workspace.ts'
import type { Cast, Player } from './cast.ts'
import type { Incident } from './incident.ts'

/** Why an incident cannot be tried here: the role, and what is missing. */
export type Missing = { readonly role: string; readonly why: string }

/** A role's word that a twin can say in several ways: a run without the fault shows which of them the service uses. */
export type Choice = { readonly role: string; readonly word: string; readonly among: readonly string[] }

export type Binding =
  | { readonly kind: 'bound'; readonly cast: Cast; readonly choices: readonly Choice[] }
  | { readonly kind: 'unbound'; readonly missing: readonly Missing[] }

/** Who says so: `cache` -> `kv`, `cache.put` -> `kv.keys.set`. */
export type Bind = Readonly<Record<string, string>>

type Kind = 'calls' | 'events' | 'happenings'
/** What an incident asks of a role. */
type Need = { readonly word: string; readonly kind: readonly Kind[] }

/** Any twin is asked over HTTP. */
const ANYONE = 'dependency'

/** Gives an incident's roles to the twins of a project. Throws `UsageError` for a `bind` that names what is not there. */
export function bind(incident: Incident, twins: readonly TwinDefinition<unknown>[], said: Bind): Binding {
  checkSaid(said, twins)
  const cast: Record<string, Player> = {}
  const choices: Choice[] = []
  const missing: Missing[] = []
  for (const role of incident.roles) {
    const able =
      said[role] === undefined ? playersOf(role, twins, said) : twins.filter(({ name }) => name === said[role])
    const [twin, second] = able
    if (twin === undefined) missing.push({ role, why: `no twin of this project plays the ${titleOf(role)}` })
    else if (second !== undefined)
      missing.push({
        role,
        why: `${able.map(({ name }) => name).join(' and ')} can both play the ${titleOf(role)}: say --bind ${role}=${twin.name}`,
      })
    else {
      const words: Record<string, string> = {}
      for (const need of needsOf(incident, role)) {
        const among = waysToSay(role, need, twin, said)
        const [one] = among
        if (one === undefined) missing.push({ role, why: cannot(twin, role, need) })
        else if (among.length === 1) words[need.word] = one
        else choices.push({ role, word: need.word, among })
      }
      cast[role] = { twin: twin.name, words }
    }
  }
  return missing.length > 0 ? { kind: 'unbound', missing } : { kind: 'bound', cast, choices }
}

const titleOf = (role: string): string => ROLES.find(({ name }) => name === role)?.title ?? role

function cannot({ name }: TwinDefinition<unknown>, role: string, { word, kind }: Need): string {
  if (kind.includes('happenings')) return `${name} cannot make "${word}" happen`
  return `${name} has nothing that is called "${word}": say --bind ${role}.${word}=${name}.OPERATION`
}

/** Twins that play a role: by the table, by having its words, or because somebody said what one of its words is called. */
function playersOf(
  role: string,
  twins: readonly TwinDefinition<unknown>[],
  said: Bind,
): readonly TwinDefinition<unknown>[] {
  const told = Object.entries(said).flatMap(([from, to]) => (from.startsWith(`${role}.`) ? [to.split('.')[0]] : []))
  const named = twins.filter(({ name }) => told.includes(name))
  if (named.length > 0) return named
  if (role === ANYONE) return twins
  return twins.filter(({ name }) => name === role || PARTS.some((part) => part.role === role && part.twin === name))
}

/** The words of a role that a story uses. */
function needsOf({ scenario, rules }: Incident, role: string): readonly Need[] {
  const needs = new Map<string, Need>()
  const add = (dotted: string, kind: readonly Kind[]): void => {
    const [first, ...rest] = dotted.split('.')
    const word = rest.join('.')
    // What every twin has: its answers, and its deliveries.
    if (first === role && word !== 'answer' && word !== 'webhook') needs.set(word, { word, kind })
  }
  for (const { clause } of rules) for (const { type } of patternsOf(clause)) add(type, ['calls', 'events'])
  for (const step of scenario.when) {
    if (step.kind === 'fault') add(step.fault.on, ['calls'])
    if (step.kind === 'event') add(`${step.twin}.${step.event}`, ['happenings'])
  }
  return [...needs.values()]
}

function waysToSay(role: string, { word, kind }: Need, twin: TwinDefinition<unknown>, said: Bind): readonly string[] {
  const told = said[`${role}.${word}`]
  if (told !== undefined) return [told.slice(twin.name.length + 1)]
  const has: Readonly<Record<Kind, readonly string[]>> = {
    calls: twin.operations,
    events: twin.events,
    happenings: twin.happenings,
  }
  if (kind.some((one) => has[one].includes(word))) return [word]
  if (role === ANYONE) return twin.operations
  const part = PARTS.find((one) => one.role === role && one.twin === twin.name)
  return kind.flatMap((one) => part?.[one][word] ?? [])
}

function checkSaid(said: Bind, twins: readonly TwinDefinition<unknown>[]): void {
  for (const [from, to] of Object.entries(said)) {
    const [role = '', ...word] = from.split('.')
    const [name = '', ...own] = to.split('.')
    const roles = ROLES.map((one) => one.name)
    if (!roles.includes(role)) throw new UsageError(`--bind ${from}=${to}: no role "${role}".${suggest(role, roles)}`)
    const twin = twins.find((one) => one.name === name)
    const names = twins.map((one) => one.name)
    if (twin === undefined)
      throw new UsageError(`--bind ${from}=${to}: no twin "${name}" in backlot.yaml.${suggest(name, names)}`)
    if ((word.length === 0) !== (own.length === 0))
      throw new UsageError(
        `--bind ${from}=${to}: expected a role and a twin, or a word of each, such as cache.put=kv.keys.set.`,
      )
    const all = [...twin.operations, ...twin.events, ...twin.happenings]
    if (own.length > 0 && !all.includes(own.join('.')))
      throw new UsageError(`--bind ${from}=${to}: ${name} has no "${own.join('.')}".${suggest(own.join('.'), all)}`)
  }
}
