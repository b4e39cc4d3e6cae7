import { either, serve, wait } from './serve.ts'
import { mail } from './vendors.ts'

const waiting = new Set(['ann@example.test', 'bob@example.test', 'cem@example.test'])
/** When it is noted that somebody has their mail. */
const noted = either({ bug: 'at the end', fix: 'at once' })

async function batch(): Promise<boolean> {
  for (const person of [...waiting]) {
    if ((await mail('News', person)).status !== 202) return false
    if (noted === 'at once') waiting.delete(person)
  }
  waiting.clear()
  return true
}

serve({
  async 'POST /batches'() {
    for (let n = 0; n < 3; n++) {
      if (await batch()) return { status: 200 }
      await wait(10_000)
    }
    return { status: 503 }
  },
})
