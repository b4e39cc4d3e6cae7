import type { CallStep, Expectation, Scenario } from '../../scenarios/scenario.ts'
import type { Json } from '../../twins/trace.ts'
import { brief } from '../match.ts'
import { writeScenario } from '../properties/write-scenario.ts'
import type { Difference } from './disagreement.ts'

/** What builds of one brief disagree about, asked so that it can be answered. */
export type Question = {
  /** The place: `POST /quotes answer.body.total`. */
  readonly about: string
  /** The question in words. */
  readonly words: string
  /** Who says what, the larger camp first. */
  readonly camps: readonly { readonly builds: readonly string[]; readonly says: string }[]
  /** The item of the brief that comes nearest, if any. */
  readonly near: readonly string[]
  /** Ready answers: one scenario for each camp, and the don't-care. */
  readonly answers: readonly { readonly builds: readonly string[]; readonly scenario: string }[]
  readonly dontCare: string
}

type Camp = { readonly builds: readonly string[]; readonly value: Json | undefined }

/** Puts a disagreement on the smallest story into words. */
export function questionOf(
  scenario: Scenario,
  difference: Difference,
  camps: readonly Camp[],
  items: readonly { readonly id: string; readonly text: string }[],
): Question {
  const { what, step } = difference
  const call = callOf(scenario, step)
  const shown = call === undefined ? '' : ` with ${brief(bodyOf(call))}`
  const story =
    scenario.when.length > 1
      ? ` after ${
          scenario.when
            .slice(
              0,
              scenario.when.findIndex(({ id }) => id === step),
            )
            .map(words)
            .join('; ') || 'what else happens'
        }`
      : ''
  const says = camps.map(({ builds, value }) => ({ builds, says: sayOf(what, value) }))
  const choice = says.map(({ builds, says: text }) => `${text} (${builds.join(', ')})`).join(' or ')
  const ranked = items.map((item) => ({ item, score: related(item.text, what, call) })).filter(({ score }) => score > 0)
  const near = ranked
    .toSorted((a, b) => b.score - a.score)
    .slice(0, 1)
    .map(({ item: { id, text } }) => `${id}: ${text}`)
  const open =
    near.length === 0
      ? 'The brief does not speak of it.'
      : `Nearest in the brief, which leaves it open: ${near.join(' ')}`
  return {
    about: what,
    words: `${subjectOf(what)}${shown}${story}: ${choice}? ${open}`,
    camps: says,
    near,
    answers: camps.flatMap(({ builds, value }) => {
      const then = expectationOf(scenario, difference, value)
      if (then === undefined) return []
      const id = `answer-${what
        .toLowerCase()
        .replaceAll(/[^a-z0-9]+/g, '-')
        .replaceAll(/^-|-$/g, '')}`.slice(0, 60)
      return [
        {
          builds,
          scenario: writeScenario({
            ...scenario,
            id,
            title: `${subjectOf(what)}: ${sayOf(what, value)}`,
            covers: [],
            seeds: undefined,
            then: [then],
          }),
        },
      ]
    }),
    dontCare: `- { what: ${JSON.stringify(what)}, reason: "..." }\n`,
  }
}

const callOf = ({ when }: Scenario, id: string): CallStep | undefined =>
  when
    .flatMap((step): readonly CallStep[] =>
      step.kind === 'call' ? [step] : step.kind === 'together' ? step.calls : [],
    )
    .find((step) => step.id === id)

const bodyOf = ({ body }: CallStep): Json => (body === undefined ? null : 'json' in body ? body.json : body.text)

const words = (step: Scenario['when'][number]): string => {
  switch (step.kind) {
    case 'call':
      return `${step.method} ${step.path} with ${brief(bodyOf(step))}`
    case 'together':
      return `${step.calls.length} requests at once`
    case 'fault':
      return `${step.fault.kind} at ${step.fault.on}`
    case 'pass':
      return `${step.passMs / 1000} s`
    case 'event':
      return `${step.twin}.${step.event}`
    case 'heal':
      return `${step.on} heals`
    case 'signal':
      return step.signal
    default:
      return step satisfies never
  }
}

/** `POST /quotes answer.body.total` as the start of a question. */
function subjectOf(place: string): string {
  const what = place.replace(/\.\*.*$/, '')
  const [, route, part] = /^(.*?) answer(?:\.(.*))?$/.exec(what) ?? []
  if (route !== undefined)
    return part === undefined
      ? `What does ${route} answer`
      : part === 'status'
        ? `With which status does ${route} answer`
        : `What is ${part.replace(/^body\./, '')} in the answer of ${route}`
  const [, caller, callee, field] = /^(.*?) calls ([\w.]+#\d+)(?:\.(.*))?$/.exec(what) ?? []
  if (caller !== undefined)
    return field === undefined
      ? `Does ${caller} make call ${callee}`
      : `What is ${field} in call ${callee} of ${caller}`
  return `What happens: ${what}`
}

const sayOf = (what: string, value: Json | undefined): string =>
  value === undefined
    ? / calls /.test(what)
      ? 'no such call'
      : 'nothing'
    : / calls [\w.]+#\d+$/.test(what)
      ? 'yes'
      : brief(value)

const WORD = /[a-z]{4,}/g
/** How much an item of the brief speaks of the same things: words in common. */
function related(text: string, what: string, call: CallStep | undefined): number {
  const mine = new Set(
    `${what} ${call === undefined ? '' : JSON.stringify(bodyOf(call))}`.toLowerCase().match(WORD) ?? [],
  )
  const stems = [...mine].map((word) => word.replace(/(s|ed|ing)$/, '')).filter((stem) => stem.length > 2)
  const theirs = new Set(text.toLowerCase().match(WORD) ?? [])
  return [...theirs].filter((word) => stems.some((stem) => word.startsWith(stem))).length
}

/** One camp's say as something a scenario can ask for. */
function expectationOf(
  scenario: Scenario,
  { what, step }: Difference,
  value: Json | undefined,
): Expectation | undefined {
  const { place } = scenario
  const [, part] = /^.*? answer(?:\.(.*))?$/.exec(what) ?? []
  if (part !== undefined && value !== undefined) {
    const [head, ...path] = part.split('.')
    if (head === 'status')
      return {
        kind: 'answer',
        place,
        step,
        status: Number(value),
        headers: undefined,
        body: undefined,
        withinMs: undefined,
      }
    if (head === 'body')
      return {
        kind: 'answer',
        place,
        step,
        status: undefined,
        headers: undefined,
        body: nested(path.slice(0, path.includes('*') ? path.indexOf('*') : path.length), value),
        withinMs: undefined,
      }
  }
  const [, type, nth] = /^.*? calls ([\w.]+)#(\d+)$/.exec(what) ?? []
  if (type === undefined) return undefined
  const count = value === undefined ? { min: 0, max: Number(nth) - 1 } : { min: Number(nth), max: undefined }
  return { kind: 'calls', place, to: type, where: undefined, count, beforeMs: undefined, afterMs: undefined }
}

const nested = ([head, ...rest]: readonly string[], value: Json): Json =>
  head === undefined ? value : { [head]: nested(rest, value) }
