import { call, either, serve, wait } from './serve.ts'
import { mail } from './vendors.ts'

const DAY_MS = 86_400_000
const noticeMs = either({ bug: 0, fix: 14 * DAY_MS })

async function watch(id: string): Promise<void> {
  for (let told = false; ; await wait(DAY_MS)) {
    const { ends } = (await call(`GET http://certificates.library.test/certificates/${id}`)).body
    if (told || Date.parse(String(ends)) - Date.now() > noticeMs) continue
    told = true
    await mail(`The certificate ${id} ends on ${ends}`)
  }
}

serve({
  'POST /certificates/:id'({ params: { id = '' } }) {
    void watch(id)
    return { status: 202 }
  },
})
