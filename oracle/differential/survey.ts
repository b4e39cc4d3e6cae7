import type { Scenario } from '../../scenarios/scenario.ts'
import type { Json } from '../../twins/trace.ts'
import { unseenMass, wilson } from '../readiness/bounds.ts'
import type { Behaviour } from './behaviour.ts'
import { clustersOf, type Difference, firstDifference } from './disagreement.ts'

/** One run's cause. */
export type Input = { readonly scenario: Scenario; readonly seed: string }

/** Builds that part at one place, in the same camps, over and over. */
export type Kind = {
  readonly about: string
  /** Places of the builds, camp by camp. */
  readonly camps: readonly (readonly number[])[]
  readonly seen: number
  /** The shortest story it was seen in, and the two builds that show it. */
  readonly example: Input
  readonly between: readonly [number, number]
}

export type Survey = {
  readonly inputs: number
  readonly disagreements: number
  /** Wilson's interval (95 %, both sides) of the share of inputs on which builds disagree. */
  readonly share: { readonly lower: number; readonly upper: number }
  readonly kinds: readonly Kind[]
  /** For each pair of builds, by their places, on how many inputs they part. */
  readonly pairs: readonly { readonly between: readonly [number, number]; readonly apart: number }[]
  /** Good and Turing: the share of inputs that would show a kind not seen yet. */
  readonly unseen: number
}

/** What the behaviours of several builds, input by input, say of where they part. `behaviours[b][i]` is build b on input i. */
export function surveyOf(inputs: readonly Input[], behaviours: readonly (readonly Behaviour[])[]): Survey {
  const kinds = new Map<string, Kind>()
  let disagreements = 0
  for (const [at, input] of inputs.entries()) {
    const here = behaviours.flatMap((build) => build[at] ?? [])
    const camps = clustersOf(here)
    const [largest = [], ...others] = camps
    if (here.length < behaviours.length || others.length === 0) continue
    disagreements += 1
    for (const other of others) {
      const [left = 0, right = 0] = [largest[0], other[0]]
      const [a, b] = [here[left], here[right]]
      const found = a === undefined || b === undefined ? undefined : differenceIn(input.scenario, a, b)
      if (found === undefined) continue
      const name = JSON.stringify([found.what, camps])
      const old = kinds.get(name)
      const shorter = old === undefined || input.scenario.when.length < old.example.scenario.when.length
      kinds.set(name, {
        about: found.what,
        camps,
        seen: (old?.seen ?? 0) + 1,
        example: shorter ? input : old.example,
        between: shorter ? [left, right] : old.between,
      })
    }
  }
  const list = [...kinds.values()].sort(
    // Where most builds part says most; people ask about answers before calls.
    (a, b) => b.camps.length - a.camps.length || Number(isAnswer(b)) - Number(isAnswer(a)) || b.seen - a.seen,
  )
  const once = list.filter(({ seen }) => seen === 1).length
  return {
    inputs: inputs.length,
    disagreements,
    share: wilson(disagreements, inputs.length, 1.96),
    kinds: list,
    pairs: pairsOf(behaviours),
    unseen: unseenMass(once, inputs.length),
  }
}

const pairsOf = (behaviours: readonly (readonly Behaviour[])[]): Survey['pairs'] =>
  behaviours.flatMap((left, a) =>
    behaviours.slice(a + 1).map((right, offset) => ({
      between: [a, a + 1 + offset] as const,
      apart: left.filter(({ hash }, at) => hash !== right[at]?.hash).length,
    })),
  )

const isAnswer = ({ about }: Kind): boolean => / answer/.test(about)

/** The first difference of two builds on a story. Names that come from the story's own data stand as `*`: they are values, not places. */
export function differenceIn(scenario: Scenario, left: Behaviour, right: Behaviour): Difference | undefined {
  const found = firstDifference(left, right)
  if (found === undefined) return undefined
  const data = new Set(textsOf(scenario.when as unknown as Json))
  const [place = '', ...path] = found.what.split(/(?<= answer|#\d+)\./)
  const general = path
    .join('.')
    .split('.')
    .map((part) => (data.has(part) ? '*' : part))
  return path.length === 0 ? found : { ...found, what: [place, ...general].join('.') }
}

/** The texts in the bodies of a story. */
function textsOf(value: Json): readonly string[] {
  if (typeof value === 'string') return [value]
  return value === null || typeof value !== 'object'
    ? []
    : Object.values(value).flatMap((item) => textsOf(item ?? null))
}

/** What a build says at the place of a difference. */
export function sayAt(
  { observations }: Behaviour,
  { what, step }: Pick<Difference, 'what' | 'step'>,
): Json | undefined {
  const found = observations.find((one) => one.step === step && (what === one.what || what.startsWith(`${one.what}.`)))
  if (found === undefined) return undefined
  const path = what === found.what ? [] : what.slice(found.what.length + 1).split('.')
  return reach(found.value, path)
}

/** Behind a `*` the whole list is what is said: which of its items differ is part of the answer. */
function reach(value: Json | undefined, [head, ...rest]: readonly string[]): Json | undefined {
  if (head === undefined || head === '*' || value === null || typeof value !== 'object' || Array.isArray(value))
    return value
  return reach((value as Readonly<Record<string, Json>>)[head], rest)
}
