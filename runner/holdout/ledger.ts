import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Scenario } from '../../scenarios/scenario.ts'
import { canonical, digest, type Json } from '../../twins/trace.ts'
import { sha256 } from '../evidence/envelope.ts'
import { scenarioDigest } from '../evidence/statement.ts'
import { appendChain, mendChain, readChain } from '../store/chain.ts'
import { withLock } from '../store/lock.ts'

const FILE = 'holdouts.jsonl'
const SECRET = 'secret'

/** What happens to sealed scenarios, in order. They are named by digest, so that a renamed file is the same case. */
const row = z.discriminatedUnion('event', [
  z.strictObject({ event: z.literal('sealed'), scenario: z.string(), salt: z.string(), at: z.string() }),
  z.strictObject({
    event: z.literal('charged'),
    account: z.string(),
    agent: z.string().nullable(),
    tree: z.string(),
    commitment: z.string(),
    scenarios: z.array(z.string()),
    at: z.string(),
  }),
  z.strictObject({
    event: z.literal('evaluated'),
    account: z.string(),
    tree: z.string(),
    passed: z.boolean(),
    bits: z.int(),
    at: z.string(),
  }),
  z.strictObject({ event: z.literal('burnt'), scenario: z.string(), why: z.string(), at: z.string() }),
  z.strictObject({ event: z.literal('made-visible'), scenario: z.string(), why: z.string(), at: z.string() }),
])
type Row = z.infer<typeof row>

/** A sealed scenario with what the ledger knows of it. */
export type Case = {
  readonly scenario: Scenario
  readonly digest: string
  /** SHA-256 of salt and scenario: tells nothing before the salt is told, and then proves that nothing was changed. */
  readonly commitment: string
  readonly burnt: boolean
  /** How often it has judged. */
  readonly evaluations: number
  readonly sealedAt: string
}

/** The ledger of sealed scenarios: append-only, with a hash chain; budgets and burns are counted from it and nowhere else. */
export interface HoldoutLedger {
  /** Seals what is new; all cases as they stand. */
  seal(scenarios: readonly Scenario[]): readonly Case[]
  /** How often this account has opened them. */
  spent(account: string): number
  /** Takes one from the budget before anything is opened, and says which cases judge. The same tree under the same commitment was paid for already and gets the same cases. Undefined: nothing left. */
  charge(
    account: string,
    of: {
      readonly agent: string | null
      readonly tree: string
      readonly commitment: string
      readonly scenarios: readonly string[]
    },
    budget: number,
  ): readonly string[] | undefined
  evaluated(account: string, tree: string, result: { readonly passed: boolean; readonly bits: number }): void
  burn(scenarios: readonly string[], why: string): void
  /** A person has read it: from now on it is a visible one. */
  reveal(scenario: string, why: string): void
  /** Who has spent how much, over all sets of criteria. */
  accounts(): readonly { readonly account: string; readonly agent: string | null; readonly charged: number }[]
  /** How many builds, all of which had passed the visible scenarios, were held against sealed ones, and how many of them failed. */
  builds(): { readonly failures: number; readonly of: number }
  /** The secret that variants are made from. */
  secret(): string
}

/** The ledger in `folder`. `today` dates the rows; `newSecret` gives salts. Throws when the chain is broken. */
export function openHoldoutLedger(
  folder: string,
  real: { readonly today: string; readonly newSecret: () => string },
): HoldoutLedger {
  const file = join(folder, FILE)
  const locked = <T>(work: () => T): T => withLock(join(folder, '.lock'), work)
  const rows = (): readonly Row[] => {
    mendChain(file)
    return readChain(file).entries.map((entry) => row.parse(entry))
  }
  const add = (one: Row): void => void appendChain(file, one as Json as { readonly [key: string]: Json })
  const at = real.today

  return {
    seal: (scenarios) =>
      locked(() => {
        const known = new Set(rows().flatMap((one) => (one.event === 'sealed' ? [one.scenario] : [])))
        for (const scenario of scenarios) {
          const name = scenarioDigest(scenario)
          if (!known.has(name)) add({ event: 'sealed', scenario: name, salt: real.newSecret(), at })
          known.add(name)
        }
        const all = rows()
        return scenarios.map((scenario) => caseOf(scenario, all))
      }),
    spent: (account) => locked(() => spentBy(rows(), account)),
    charge: (account, { agent, tree, commitment, scenarios }, budget) =>
      locked(() => {
        const all = rows()
        const paid = all.find(
          (one) =>
            one.event === 'charged' && one.account === account && one.tree === tree && one.commitment === commitment,
        )
        if (paid?.event === 'charged') return paid.scenarios
        if (spentBy(all, account) >= budget) return undefined
        add({ event: 'charged', account, agent, tree, commitment, scenarios: [...scenarios], at })
        return scenarios
      }),
    evaluated: (account, tree, { passed, bits }) =>
      locked(() => add({ event: 'evaluated', account, tree, passed, bits, at })),
    burn: (scenarios, why) =>
      locked(() => {
        const burnt = new Set(rows().flatMap((one) => (one.event === 'burnt' ? [one.scenario] : [])))
        for (const scenario of scenarios) if (!burnt.has(scenario)) add({ event: 'burnt', scenario, why, at })
      }),
    reveal: (scenario, why) => locked(() => add({ event: 'made-visible', scenario, why, at })),
    accounts: () =>
      locked(() => {
        const charged = rows().filter((one) => one.event === 'charged')
        return [...new Map(charged.map((one) => [one.account, one.agent]))].map(([account, agent]) => ({
          account,
          agent,
          charged: charged.filter((one) => one.account === account).length,
        }))
      }),
    builds: () =>
      locked(() => {
        const last = new Map(
          rows().flatMap((one) => (one.event === 'evaluated' ? [[`${one.account}/${one.tree}`, one.passed]] : [])),
        )
        return { failures: [...last.values()].filter((passed) => !passed).length, of: last.size }
      }),
    secret: () =>
      locked(() => {
        const path = join(folder, SECRET)
        mkdirSync(folder, { recursive: true })
        if (!existsSync(path)) writeFileSync(path, real.newSecret(), { mode: 0o600 })
        return readFileSync(path, 'utf8')
      }),
  }
}

const spentBy = (rows: readonly Row[], account: string): number =>
  rows.filter((one) => one.event === 'charged' && one.account === account).length

function caseOf(scenario: Scenario, rows: readonly Row[]): Case {
  const name = scenarioDigest(scenario)
  const sealed = rows.find((one) => one.event === 'sealed' && one.scenario === name)
  if (sealed?.event !== 'sealed') throw new Error('holdouts: expected a sealed scenario, got one that is not')
  return {
    scenario,
    digest: name,
    commitment: sha256(`${sealed.salt}${name}`),
    burnt: rows.some((one) => (one.event === 'burnt' || one.event === 'made-visible') && one.scenario === name),
    evaluations: rows.filter((one) => one.event === 'charged' && one.scenarios.includes(name)).length,
    sealedAt: sealed.at,
  }
}

/** Who pays: one agent and one set of requirements of a project. A new request, another base or a new version of the agent are the same account. */
export const accountOf = (project: string, requirements: readonly string[], agent: string | null): string =>
  digest({ project, requirements: [...new Set(requirements)].sort(), agent })

/** The promise that is given before the first attempt: which cases, twins, policy and gate will judge. */
export const commitmentOf = (
  cases: readonly Case[],
  rest: { readonly seeds: number; readonly twins: readonly string[]; readonly policy: string; readonly gate: string },
): string =>
  sha256(
    canonical({
      cases: cases.map(({ commitment, scenario }) => ({
        commitment,
        requirements: scenario.covers,
        seeds: rest.seeds,
      })),
      twins: rest.twins,
      policy: rest.policy,
      gate: rest.gate,
    }),
  )
