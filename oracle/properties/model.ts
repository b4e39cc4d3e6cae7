import fc from 'fast-check'
import type { Answer, Run } from '../../scenarios/run.ts'
import type { CallStep, Expectation, Scenario } from '../../scenarios/scenario.ts'
import type { Json } from '../../twins/trace.ts'
import { judgeExpectations } from '../expectations.ts'
import { demand, type Measure } from './measure.ts'
import { aFault, storyOf, type Unnamed } from './story.ts'

/** A request as a model sees it: its body, and what its path says in place of `:names`. */
export type ModelCall = {
  readonly body: Json | undefined
  readonly params: Readonly<Record<string, string>>
  readonly step: string
}

/** What an answer must be; both as in a scenario's `answer` expectation. */
export type ExpectedAnswer = { readonly status?: number | readonly number[]; readonly body?: Json }

/** One kind of request: which bodies it comes with, when it makes sense, what it does to the model, and what the answer must be. */
export type ModelCommand<State> = {
  /** `POST /orders`, `GET /orders/:id`. */
  readonly on: string
  /** Values of the path's `:names`. */
  readonly params?: (state: State) => fc.Arbitrary<Readonly<Record<string, string>>>
  readonly body?: fc.Arbitrary<Json>
  /** Whether the request makes sense in this state; it is not made where it does not, and a story that makes it is judged no further. */
  readonly can?: (state: State, call: ModelCall) => boolean
  readonly next: (state: State, call: ModelCall, answer: Answer | undefined) => State
  /** What the answer must be, as data; values compare as in a scenario. Undefined: anything will do. */
  readonly expect: (state: State, call: ModelCall) => ExpectedAnswer | undefined
}

/** A service in miniature: what it should know after each request. It makes stories, and judges the runs of any story. */
export type Model<State> = {
  readonly id: string
  readonly why: string
  readonly initial: State
  readonly commands: readonly ModelCommand<State>[]
  /** What must be measured at the end. */
  readonly end?: (state: State) => readonly { readonly measure: Measure; readonly is: string }[]
}

/** Stories that make sense to the model; in each state only commands that can be given are. */
export function storiesOf<State>(
  model: Model<State>,
  options: {
    readonly clock: string
    readonly given?: Readonly<Record<string, Json>>
    readonly stepsMax?: number
    readonly operations?: readonly string[]
  },
): fc.Arbitrary<Scenario> {
  const { clock, given = {}, stepsMax = 8, operations = [] } = options
  const intents = fc.oneof(
    ...model.commands.map((command) => {
      const params: fc.Arbitrary<Readonly<Record<string, string>>> = command.params?.(model.initial) ?? fc.constant({})
      return fc.tuple(params, command.body ?? fc.constant(undefined)).map(([names, body]) => ({ command, names, body }))
    }),
  )
  const faults = operations.length === 0 ? fc.constant([]) : fc.array(aFault(operations), { maxLength: 2 })
  return fc.tuple(fc.array(intents, { minLength: 1, maxLength: stepsMax }), faults).map(([list, wrong]) => {
    let state = model.initial
    const steps: Unnamed[] = [...wrong]
    for (const { command, names, body } of list) {
      const call: ModelCall = { body, params: names, step: `s${steps.length + 1}` }
      if (command.can?.(state, call) === false) continue
      const [method = 'GET', path = '/'] = command.on.split(' ')
      const target = path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(names[name] ?? ''))
      steps.push({
        kind: 'call',
        method,
        path: target,
        headers: {},
        body: body === undefined ? undefined : { json: body },
        capture: {},
      })
      state = command.next(state, call, undefined)
    }
    return storyOf({ id: model.id.toLowerCase(), clock, given }, steps)
  })
}

/** Holds a run against the model: what it expects of this story, as a scenario's expectations, up to the first that is not met. */
export function judgeModel<State>(model: Model<State>, scenario: Scenario, run: Run): ModelFinding | undefined {
  let state = model.initial
  const { place } = scenario
  const calls = scenario.when.flatMap((step): readonly CallStep[] =>
    step.kind === 'call' ? [step] : step.kind === 'together' ? step.calls : [],
  )
  const held = (expectation: Expectation): ModelFinding | undefined => {
    const verdict = judgeExpectations({ ...scenario, then: [expectation] }, run)
    return verdict.status === 'fail' ? { message: verdict.findings[0]?.message ?? '', expectation } : undefined
  }
  for (const step of calls) {
    const found = recognise(model, step)
    if (found === undefined) continue
    // Where a request makes no sense to the model, it knows nothing of what follows.
    if (found.command.can?.(state, found.call) === false) return undefined
    const { status, body } = found.command.expect(state, found.call) ?? {}
    if (status !== undefined || body !== undefined) {
      const wrong = held({
        kind: 'answer',
        place,
        step: step.id,
        status,
        headers: undefined,
        body,
        withinMs: undefined,
      })
      if (wrong !== undefined) return wrong
    }
    state = found.command.next(state, found.call, run.answers[step.id])
  }
  for (const { measure, is } of model.end?.(state) ?? []) {
    const wrong = held(demand(measure, is, place))
    if (wrong !== undefined) return wrong
  }
  return undefined
}

export type ModelFinding = { readonly message: string; readonly expectation: Expectation }

function recognise<State>(
  model: Model<State>,
  step: CallStep,
): { readonly command: ModelCommand<State>; readonly call: ModelCall } | undefined {
  for (const command of model.commands) {
    const [method, path = ''] = command.on.split(' ')
    const names = [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name)
    const pattern = new RegExp(`^${path.replaceAll(/:\w+/g, '([^/?]+)')}$`)
    const match = pattern.exec(step.path.replace(/\?.*$/, ''))
    if (method !== step.method || match === null) continue
    const params = Object.fromEntries(names.map((name, at) => [name, decodeURIComponent(match[at + 1] ?? '')]))
    const body = step.body === undefined ? undefined : 'json' in step.body ? step.body.json : step.body.text
    return { command, call: { body, params, step: step.id } }
  }
  return undefined
}
