import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs'
import { sqs } from '../../../twins/sqs/index.ts'
import type { Seed } from '../../../twins/sqs/state.ts'
import { type Cloud, CREDENTIALS, cloud } from '../aws/support.ts'

export const QUEUE_URL = 'https://sqs.us-east-1.amazonaws.com/123456789012'

export type Bench = Cloud & {
  readonly client: SQSClient
  readonly clientOf: (more: SQSClientConfig) => SQSClient
  readonly types: () => readonly string[]
}

/** The vendor's SDK, unmodified but for its transport, in a world with an SQS twin. */
export function bench(seed: Seed = {}, attempts = 1): Bench {
  const made = cloud({ sqs: seed }, [sqs])
  const clientOf = (more: SQSClientConfig): SQSClient =>
    new SQSClient({
      region: 'us-east-1',
      credentials: CREDENTIALS,
      maxAttempts: attempts,
      requestHandler: made.requestHandler as never,
      ...more,
    })
  return { ...made, client: clientOf({}), clientOf, types: () => made.world.trace.events.map(({ type }) => type) }
}
