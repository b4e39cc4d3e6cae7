import { anthropic } from '../twins/anthropic/index.ts'
import { github } from '../twins/github/index.ts'
import { google } from '../twins/google/index.ts'
import { jira } from '../twins/jira/index.ts'
import { okta } from '../twins/okta/index.ts'
import { openai } from '../twins/openai/index.ts'
import { postgres } from '../twins/postgres/index.ts'
import { s3 } from '../twins/s3/index.ts'
import { sendgrid } from '../twins/sendgrid/index.ts'
import { slack } from '../twins/slack/index.ts'
import { sqs } from '../twins/sqs/index.ts'
import { stripe } from '../twins/stripe/index.ts'
import type { TwinDefinition } from '../twins/twin.ts'

/** Every twin a project can name. A seed's type is the definition's own affair: it is parsed by its schema wherever it enters. */
export const TWINS: readonly TwinDefinition<unknown>[] = [
  stripe,
  openai,
  anthropic,
  okta,
  sendgrid,
  slack,
  s3,
  sqs,
  google,
  postgres,
  github,
  jira,
] as readonly unknown[] as readonly TwinDefinition<unknown>[]
