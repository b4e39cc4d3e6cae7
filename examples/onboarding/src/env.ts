import { z } from 'zod'

const text = z.string().min(1)
const schema = z.object({
  PORT: z.coerce.number().int().default(3000),
  OKTA_ORG: z.url(),
  OKTA_TOKEN: text,
  OKTA_HOOK_SECRET: text,
  SLACK_TOKEN: text,
  /** Ids of the channels that everybody is in. */
  SLACK_CHANNELS: text.transform((ids) => ids.split(',')),
  /** Where people read what could not be done. */
  SLACK_PEOPLE_CHANNEL: text,
  JIRA_SITE: z.url(),
  JIRA_EMAIL: text,
  JIRA_TOKEN: text,
  JIRA_PROJECT: text,
  GOOGLE_EMAIL: text,
  GOOGLE_KEY: text,
  WELCOME_TEMPLATE: text,
  PEOPLE_FOLDER: text,
  TRACKER: text,
})

export const env = schema.parse(process.env)
