import { either, serve, wait } from './serve.ts'
import { pay } from './vendors.ts'

const HALF_HOUR_MS = 1_800_000
let lastDay = ''
const isDone = either({ bug: () => false, fix: (day: string) => day === lastDay })

async function nightly(at: string): Promise<void> {
  for (;;) {
    await wait(HALF_HOUR_MS)
    const now = new Date()
    const day = now.toDateString()
    if (now.toTimeString().slice(0, 5) !== at || isDone(day)) continue
    lastDay = day
    await pay()
  }
}

serve({
  'POST /jobs'({ body: { at = '' } }) {
    void nightly(at)
    return { status: 202 }
  },
})
