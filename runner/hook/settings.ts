import { z } from 'zod'
import type { HookConfig } from './client.ts'
import { HookFailure } from './failure.ts'

type One = {
  readonly url: string
  readonly 'secret-env'?: string | undefined
  readonly 'bearer-env'?: string | undefined
  /** Left out: they have to be signed where there is a secret. */
  readonly 'signed-answers'?: boolean | undefined
  readonly 'private-network': boolean
}
/** The `hook:` part of backlot.yaml: which agents are asked. Secrets stand in the environment, under the names given here. */
export type HookSettings = One & {
  readonly critic?: One | undefined
  readonly judge?: One | undefined
  /** Git remotes that a reply may name. */
  readonly remotes: readonly string[]
}

const variable = z.string().regex(/^[A-Z_][A-Z0-9_]*$/, 'the name of an environment variable, such as HOOK_SECRET')
const one = {
  url: z.url('an URL such as https://agent.example'),
  'secret-env': variable.optional(),
  'bearer-env': variable.optional(),
  'signed-answers': z.boolean().optional(),
  'private-network': z.boolean().default(false),
}
export const hookSchema: z.ZodType<HookSettings> = z.strictObject({
  ...one,
  critic: z.strictObject(one).optional(),
  judge: z.strictObject(one).optional(),
  remotes: z.array(z.string().min(1)).default([]),
})

/** Whether an agent has to sign what it says. Only then is it who it says it is: a secret that we alone use proves nothing of it. */
export const answersAreSigned = (settings: One): boolean =>
  settings['signed-answers'] ?? settings['secret-env'] !== undefined

/** Settings with their secrets, as the client takes them. Throws `no-secret` when a variable is not set. */
export function hookConfigOf(settings: One, env: Readonly<Record<string, string | undefined>>): HookConfig {
  const secretOf = (name: string | undefined): string | undefined => {
    if (name === undefined) return undefined
    const value = env[name]
    if (value === undefined || value === '')
      throw new HookFailure('no-secret', `hook: expected the environment variable ${name}, got none. Export it.`)
    return value
  }
  return {
    url: settings.url,
    secret: secretOf(settings['secret-env']),
    bearer: secretOf(settings['bearer-env']),
    signedAnswers: answersAreSigned(settings),
    privateNetwork: settings['private-network'],
  }
}
