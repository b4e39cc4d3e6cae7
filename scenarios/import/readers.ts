import { readAccessLog } from './access-log.ts'
import { readCurl } from './curl.ts'
import type { EvidenceKind, Reader } from './evidence.ts'
import { readGoReplay } from './goreplay.ts'
import { readHar } from './har.ts'
import { readNock } from './nock.ts'
import { readOtlp } from './otlp.ts'
import { readPlaywright } from './playwright.ts'
import { readPolly } from './polly.ts'
import { readVcr } from './vcr.ts'

/** The reader of each kind of file. None throws on what a file may hold; what was put right is told. */
export const READERS: Readonly<Record<EvidenceKind, Reader>> = {
  har: readHar,
  otlp: readOtlp,
  goreplay: readGoReplay,
  'access-log': readAccessLog,
  playwright: readPlaywright,
  vcr: readVcr,
  polly: readPolly,
  nock: readNock,
  curl: readCurl,
}
