import { parseXml } from '../aws/xml.ts'
import type { Bucket } from './state.ts'

export const BLOCKS = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'] as const

/** What a bucket keeps from the public; `none` stands for nothing, and what nobody has said for everything. */
export function publicAccessBlocks({ settings }: Bucket): Readonly<Record<(typeof BLOCKS)[number], boolean>> {
  const given = settings.publicAccessBlock
  const root = given === undefined || given === 'none' ? undefined : parseXml(given, 'PublicAccessBlockConfiguration')
  const on = (block: string): boolean => given === undefined || root?.one(block)?.text.toLowerCase() === 'true'
  const [acls, ignored, policies, restricted] = BLOCKS.map(on)
  return {
    BlockPublicAcls: acls === true,
    IgnorePublicAcls: ignored === true,
    BlockPublicPolicy: policies === true,
    RestrictPublicBuckets: restricted === true,
  }
}
