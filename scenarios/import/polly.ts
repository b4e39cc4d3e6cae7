import type { Reader } from './evidence.ts'
import { readHar } from './har.ts'

/** Reads Polly's recordings: HAR, in which answers of 400 and more are missing unless `recordFailedRequests` was on. */
export const readPolly: Reader = async function* (source, repairs) {
  let failures = 0
  for await (const call of readHar(source, repairs)) {
    if ((call.status ?? 0) >= 400) failures += 1
    yield { ...call, direction: 'outbound' }
  }
  if (failures === 0)
    repairs.add('no answer of 400 or more: Polly leaves them out by default, so failures may be missing', 'the file')
}
