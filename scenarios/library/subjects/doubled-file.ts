import { call, either, serve, wait } from './serve.ts'

const FEATURES_MAX = 3
let features: readonly unknown[] | undefined

/** What becomes of the features in use when a file is too long. */
const refuse = either<(inUse: typeof features) => typeof features>({ bug: () => undefined, fix: (inUse) => inUse })

async function follow(): Promise<void> {
  for (;;) {
    const entries = (await call('GET http://config.library.test/current')).body.entries as readonly unknown[]
    features = entries.length > FEATURES_MAX ? refuse(features) : entries
    await wait(1000)
  }
}

serve({
  'GET /check'() {
    if (features === undefined) throw new Error('no features')
    return { status: 200, body: { features: features.length } }
  },
})
void follow()
