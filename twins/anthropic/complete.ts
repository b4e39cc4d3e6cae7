import type { World } from '../world.ts'
import { answer } from './answer.ts'
import { bill } from './bill.ts'
import { type Input, planCache } from './cache.ts'
import { keepFiles } from './files.ts'
import { gap } from './gaps.ts'
import { type Told, tell } from './message.ts'
import type { Ask } from './request.ts'
import type { Seed, State } from './state.ts'
import { keepThoughts } from './thoughts.ts'

export type Tier = 'standard' | 'batch'
export type Completed = { readonly told: Told; readonly split: Input; readonly outputTokens: number }

/** Answers, keeps what is cacheable, and bills. */
export function complete(world: World, seed: Seed, state: State, ask: Ask, tier: Tier): Completed {
  const { container } = ask.body
  if (typeof container === 'string' && !((state.containers.get(container) ?? 0) > world.clock.now()))
    throw gap('containers that are not, or no longer, known')
  const said = answer(world, seed, state, ask)
  const plan = planCache(world, state, ask, said.inputTokens)
  plan.commit()
  const told = tell(world, state, ask, said, plan.input, tier)
  keepThoughts(state, ask, said.blocks)
  keepFiles(world, state, said.files ?? [])
  bill(world, state, ask, said, plan.input, told.id, tier)
  return { told, split: plan.input, outputTokens: said.outputTokens }
}
