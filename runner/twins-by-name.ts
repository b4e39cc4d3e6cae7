import type { TwinDefinition } from '../twins/twin.ts'

/**
 * Every twin a project can name, by that name. Loaded when it is named: most projects need two or three of them.
 * A seed's type is the definition's own affair: it is parsed by its schema wherever it enters.
 */
const LOADERS: Readonly<Record<string, () => Promise<unknown>>> = {
  stripe: async () => (await import('../twins/stripe/index.ts')).stripe,
  openai: async () => (await import('../twins/openai/index.ts')).openai,
  anthropic: async () => (await import('../twins/anthropic/index.ts')).anthropic,
  okta: async () => (await import('../twins/okta/index.ts')).okta,
  sendgrid: async () => (await import('../twins/sendgrid/index.ts')).sendgrid,
  slack: async () => (await import('../twins/slack/index.ts')).slack,
  s3: async () => (await import('../twins/s3/index.ts')).s3,
  sqs: async () => (await import('../twins/sqs/index.ts')).sqs,
  google: async () => (await import('../twins/google/index.ts')).google,
  postgres: async () => (await import('../twins/postgres/index.ts')).postgres,
  github: async () => (await import('../twins/github/index.ts')).github,
  jira: async () => (await import('../twins/jira/index.ts')).jira,
  twilio: async () => (await import('../twins/twilio/index.ts')).twilio,
}

export const TWIN_NAMES: readonly string[] = Object.keys(LOADERS)

/** The twin of a name; undefined when there is none. */
export const twinByName = async (name: string): Promise<TwinDefinition<unknown> | undefined> =>
  Object.hasOwn(LOADERS, name) ? ((await LOADERS[name]?.()) as TwinDefinition<unknown>) : undefined
