import { ACCOUNT, REGION } from '../aws/credentials.ts'
import { createErrands, type Errands } from '../errands.ts'
import type { World } from '../world.ts'
import { checksum, md5Hex } from './checksums.ts'
import { notify } from './notifications.ts'
import { type Bucket, type Content, type Seed, Store, type StoredObject, type Version } from './state.ts'

/** How an object came to be, as notifications call it. */
export type How = 'Put' | 'Post' | 'Copy' | 'CompleteMultipartUpload'
export type Removal = { readonly version: Version | undefined; readonly removed: boolean }

/** What an account does with its buckets, whoever asks for it. */
export class Account {
  readonly world: World
  readonly store: Store = new Store()
  readonly errands: Errands
  readonly id: string
  readonly region: string = REGION

  constructor(world: World, seed: Seed) {
    this.world = world
    this.errands = createErrands(world, 's3')
    this.id = seed.account ?? ACCOUNT
    for (const row of seed.buckets ?? []) {
      const bucket: Bucket = {
        name: row.name,
        region: row.region ?? REGION,
        created_ms: world.clock.now(),
        versioning: row.versioning === true ? 'Enabled' : 'off',
        tags: row.tags ?? {},
        notifications: (row.notifications ?? []).map(({ queue, events, prefix = '', suffix = '' }, at) => ({
          id: `notification-${at + 1}`,
          queue_arn: queue.startsWith('arn:') ? queue : `arn:aws:sqs:${row.region ?? REGION}:${this.id}:${queue}`,
          events,
          prefix,
          suffix,
        })),
        lifecycle: row.lifecycle ?? null,
        settings: {
          ...(row.cors === undefined ? {} : { cors: row.cors }),
          ...(row.policy === undefined ? {} : { policy: JSON.stringify(row.policy) }),
          ...(row.public_access_block === false ? { publicAccessBlock: 'none' } : {}),
        },
      }
      this.store.buckets.set(bucket.name, bucket)
      for (const {
        key,
        text = '',
        base64,
        content_type = 'binary/octet-stream',
        metadata = {},
        tags = {},
      } of row.objects ?? [])
        this.store.put(
          this.#version(bucket, key, {
            ...bodyOf(base64 === undefined ? Buffer.from(text) : Buffer.from(base64, 'base64')),
            content_type,
            headers: {},
            metadata,
            storage_class: 'STANDARD',
            tags,
            retention: null,
            legal_hold: null,
          }),
        )
    }
  }

  /** 32 characters, or `null` where no versions are kept. */
  #versionId(bucket: Bucket): string {
    return bucket.versioning === 'Enabled' ? this.world.draw('version').text(32) : 'null'
  }

  #version(bucket: Bucket, key: string, content: Content): StoredObject {
    return {
      kind: 'object',
      bucket: bucket.name,
      key,
      version_id: this.#versionId(bucket),
      modified_ms: this.world.clock.now(),
      ...content,
    }
  }

  /** The object that a key stands for now; undefined where there is none, or a mark of its deletion. */
  current(bucket: Bucket, key: string): StoredObject | undefined {
    const latest = this.store.latest(bucket.name, key)
    return latest?.kind === 'object' ? latest : undefined
  }

  write(bucket: Bucket, key: string, content: Content, how: How): StoredObject {
    const version = this.#version(bucket, key, content)
    this.store.put(version)
    this.world.trace.record('s3.object.created', {
      bucket: bucket.name,
      key,
      version_id: version.version_id,
      size: version.body.length,
      etag: version.etag,
      how,
    })
    notify(this, bucket, `ObjectCreated:${how}`, version)
    return version
  }

  /**
   * Takes an object away: for good where a version is named or none are kept, else under a mark.
   * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjectVersions.html (2026-11-26).
   */
  remove(
    bucket: Bucket,
    key: string,
    version_id: string | undefined,
    why: 'ObjectRemoved' | 'LifecycleExpiration' = 'ObjectRemoved',
  ): Removal {
    const { name } = bucket
    if (version_id !== undefined) {
      const version = this.store.versions(name, key).find((one) => one.version_id === version_id)
      if (version === undefined) return { version: undefined, removed: false }
      this.store.remove(name, key, version_id)
      this.#removed(bucket, version, `${why}:Delete`)
      return { version, removed: true }
    }
    if (bucket.versioning === 'off') {
      const version = this.current(bucket, key)
      if (version === undefined) return { version: undefined, removed: false }
      this.store.remove(name, key, version.version_id)
      this.#removed(bucket, version, `${why}:Delete`)
      return { version, removed: true }
    }
    const marker: Version = {
      kind: 'marker',
      bucket: name,
      key,
      version_id: this.#versionId(bucket),
      modified_ms: this.world.clock.now(),
    }
    this.store.put(marker)
    this.#removed(bucket, marker, `${why}:DeleteMarkerCreated`)
    return { version: marker, removed: true }
  }

  #removed(bucket: Bucket, version: Version, event: string): void {
    const { key, version_id } = version
    const [why, how = ''] = event.split(':')
    const expired = why === 'LifecycleExpiration' ? { expired: true } : {}
    this.world.trace.record('s3.object.removed', { bucket: bucket.name, key, version_id, how, ...expired })
    notify(this, bucket, event, version)
  }
}

/** Bytes with what S3 works out of them: the tag, and a checksum where nobody sent one. */
export const bodyOf = (body: Buffer): Pick<Content, 'body' | 'etag' | 'checksum' | 'parts'> => ({
  body,
  etag: md5Hex(body),
  checksum: { algorithm: 'CRC64NVME', value: checksum('CRC64NVME', body), type: 'FULL_OBJECT' },
  parts: null,
})
