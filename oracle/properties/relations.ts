import type { Run } from '../../scenarios/run.ts'
import type { CallStep, Expectation, Scenario, Step } from '../../scenarios/scenario.ts'
import type { Json } from '../../twins/trace.ts'
import { demand, type Measure, printMeasure, read, scaled } from './measure.ts'

/** A metamorphic relation: what must not change, or how it must, when a story is told differently. No expected values are needed. */
export type Relation = {
  readonly id: string
  readonly why: string
  /** What is looked at. */
  readonly view: readonly Measure[]
  /** The other telling; undefined where the relation does not apply. */
  transform(scenario: Scenario): Scenario | undefined
  /** What the other telling must come to, given what this one came to; the same when left out. */
  readonly factor?: number
  /** The other telling is the sound one: it says what this one should have come to. */
  readonly soundAfter?: boolean
}

/** The telling in question, with what it must come to, as a scenario file asks for it. */
export function demandsOf(
  { view, factor = 1, soundAfter = false }: Relation,
  before: { readonly scenario: Scenario; readonly run: Run },
  after: { readonly scenario: Scenario; readonly run: Run },
): Scenario {
  const [sound, questioned] = soundAfter ? [after, before] : [before, after]
  const { place } = questioned.scenario
  const then = view.map((measure): Expectation => demand(measure, scaled(read(measure, sound.run), factor), place))
  return { ...questioned.scenario, then }
}

/** What is wrong between the two tellings, in words. */
export function compareTellings({ view, factor = 1 }: Relation, before: Run, after: Run): string | undefined {
  for (const measure of view) {
    const [wanted, got] = [scaled(read(measure, before), factor), read(measure, after)]
    if (got !== wanted) return `${printMeasure(measure)}: expected ${wanted}, got ${got}`
  }
  return undefined
}

type Selected = { readonly on: string; readonly view: readonly Measure[]; readonly id?: string; readonly why?: string }
const selects = (on: string, step: Step): step is CallStep => {
  const [method, path = ''] = on.split(' ')
  if (step.kind !== 'call' || step.method !== method) return false
  return new RegExp(`^${path.replaceAll(/:\w+/g, '[^/?]+')}$`).test(step.path.replace(/\?.*$/, ''))
}

/** Sent twice, a request has its effects once. */
export const sameRequestTwice = ({
  on,
  view,
  id = 'same-request-twice',
  why = `${on} sent twice acts once.`,
}: Selected): Relation => ({
  id,
  why,
  view,
  transform(scenario) {
    const at = scenario.when.findLastIndex((step) => selects(on, step))
    const step = scenario.when[at]
    if (step === undefined) return undefined
    const again: Step = { ...step, id: `${step.id}-again`, atMs: undefined }
    return { ...scenario, when: [...scenario.when.slice(0, at + 1), again, ...scenario.when.slice(at + 1)] }
  },
})

/** Two requests that have nothing to do with each other can come in either order. */
export const orderSwapped = ({
  on,
  view,
  id = 'order-swapped',
  why = `The order of two ${on} does not matter.`,
}: Selected): Relation => ({
  id,
  why,
  view,
  transform(scenario) {
    const at = scenario.when.findIndex((step, index) => {
      const next = scenario.when[index + 1]
      return selects(on, step) && next !== undefined && selects(on, next) && next.atMs === undefined
    })
    const [first, second] = [scenario.when[at], scenario.when[at + 1]]
    if (first === undefined || second === undefined || JSON.stringify(second).includes(`{{${first.id}`))
      return undefined
    const when = [...scenario.when]
    when.splice(at, 2, { ...second, atMs: first.atMs }, { ...first, atMs: undefined })
    return { ...scenario, when }
  },
})

/** One amount in two parts comes to the same as the whole: `split` gives the two bodies, or undefined where it makes no sense. */
export const splitPayment = (
  options: Selected & { readonly split: (body: Json) => readonly [Json, Json] | undefined },
): Relation => {
  const { on, view, split, id = 'split-payment', why = `${on} in two parts comes to the same.` } = options
  return {
    id,
    why,
    view,
    transform(scenario) {
      const at = scenario.when.findIndex((step) => selects(on, step))
      const step = scenario.when[at]
      if (step?.kind !== 'call' || step.body === undefined || !('json' in step.body)) return undefined
      const parts = split(step.body.json)
      if (parts === undefined) return undefined
      const [first, second] = parts.map((json): Step => ({ ...step, body: { json } }))
      if (first === undefined || second === undefined) return undefined
      const when = [...scenario.when]
      when.splice(at, 1, first, { ...second, id: `${step.id}-rest`, atMs: undefined })
      return { ...scenario, when }
    },
  }
}

/** In another unit the result is the same number times a factor: `change` rewrites a body. */
export const unitChanged = (
  options: Selected & { readonly factor: number; readonly change: (body: Json) => Json | undefined },
): Relation => {
  const { on, view, factor, change, id = 'unit-changed', why = `${on} in another unit scales by ${factor}.` } = options
  return {
    id,
    why,
    view,
    transform(scenario) {
      let changed = false
      const when = scenario.when.map((step): Step => {
        if (!selects(on, step) || step.body === undefined || !('json' in step.body)) return step
        const json = change(step.body.json)
        if (json === undefined) return step
        changed = true
        return { ...step, body: { json } }
      })
      return changed ? { ...scenario, when } : undefined
    },
    factor,
  }
}

/** A week later everything is as it was, only later. */
export const shiftedByAWeek = ({
  view,
  id = 'shifted-by-a-week',
  why = 'A week later the same happens.',
}: Pick<Selected, 'view' | 'id' | 'why'>): Relation => ({
  id,
  why,
  view,
  transform: (scenario) => ({
    ...scenario,
    clock: new Date(Date.parse(scenario.clock) + 7 * 86_400_000).toISOString(),
  }),
})

/** A fault that passes leaves no mark: without it the end is the same. `kinds` are the faults that the service should ride out. */
export const faultsLeaveNoMark = (
  options: Pick<Selected, 'view' | 'id' | 'why'> & { readonly kinds: readonly string[] },
): Relation => {
  const { view, kinds, id = 'faults-leave-no-mark', why = `After ${kinds.join(', ')} the end is as without.` } = options
  return {
    id,
    why,
    view,
    soundAfter: true,
    transform(scenario) {
      const when = scenario.when.filter((step) => step.kind !== 'fault' || !kinds.includes(step.fault.kind))
      return when.length === scenario.when.length ? undefined : { ...scenario, when }
    },
  }
}
