import type { Scenario } from '../scenario.ts'

/** One kind of thing that a scenario can do without. Parts have names, so that a part keeps its name while others go. */
export type Pass = {
  readonly name: string
  /** What could go, in order. Layers are taken one after the other, the outer ones first; an empty one ends them. */
  parts(scenario: Scenario, layer: number): readonly string[]
  without(scenario: Scenario, gone: ReadonlySet<string>): Scenario
}

/** One kind of thing that a scenario could say more plainly. */
export type Choice = {
  readonly name: string
  /** For each place what could stand there instead, the plainest first. */
  options(scenario: Scenario): readonly (readonly Scenario[])[]
}
