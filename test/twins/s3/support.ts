import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { s3 } from '../../../twins/s3/index.ts'
import type { Seed } from '../../../twins/s3/state.ts'
import { type Cloud, CREDENTIALS, cloud } from '../aws/support.ts'

export type Bench = Cloud & {
  readonly client: S3Client
  readonly types: () => readonly string[]
  readonly clientOf: (more: S3ClientConfig) => S3Client
}

/** The vendor's SDK, unmodified but for its transport, in a world with an S3 twin; by default with a bucket `shop`. */
export function bench(seed: Seed = { buckets: [{ name: 'shop' }] }): Bench {
  const made = cloud({ s3: seed }, [s3])
  const clientOf = (more: S3ClientConfig): S3Client =>
    new S3Client({
      region: 'us-east-1',
      credentials: CREDENTIALS,
      maxAttempts: 1,
      requestHandler: made.requestHandler as never,
      ...more,
    })
  return { ...made, client: clientOf({}), clientOf, types: () => made.world.trace.events.map(({ type }) => type) }
}
