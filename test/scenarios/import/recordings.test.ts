import { expect, test } from 'vitest'
import { TWINS } from '../../../runner/twins.ts'
import { recordings } from './damage.ts'
import { importTexts } from './support.ts'

/** Recorded traffic with real services, in `$BACKLOT_RECORDINGS`. It is not part of this repository. */
const files = recordings(6)

test.skipIf(files.length === 0)(
  'real recordings are imported as calls to a service, and as calls of one, without a leak',
  async () => {
    for (const [, bytes] of files) {
      const { log } = JSON.parse(Buffer.from(bytes).toString()) as {
        readonly log: { readonly entries: readonly { readonly request: { readonly url: string } }[] }
      }
      const origins = [...new Set(log.entries.map(({ request }) => new URL(request.url).origin))]
      const inbound = await importTexts([bytes], { twins: [], origins, keepEvidence: true, callsMax: 200 })
      expect(inbound.scenarios[0]?.when.length).toBeGreaterThan(0)
      const outbound = await importTexts([bytes], { twins: TWINS, origins: ['https://shop.test'], callsMax: 200 })
      expect(outbound.nothing).toContain('no call to it')
    }
  },
)
