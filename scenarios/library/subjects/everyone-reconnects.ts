import { call, either, serve, wait } from './serve.ts'

const NODE = 'http://presence.library.test/sessions'
const spreadMs = either({ bug: () => 0, fix: (at: number) => at * 250 })
const sessions: string[] = []

async function connect(at: number): Promise<void> {
  sessions[at] = String((await call(`POST ${NODE}`)).body.id)
}

async function beat(at: number): Promise<void> {
  if ((await call(`PUT ${NODE}/${sessions[at]}`)).status === 200) return
  await wait(spreadMs(at))
  await connect(at)
}

async function keepAlive(): Promise<void> {
  for (;;) {
    await wait(5000)
    await Promise.all(sessions.map((_, at) => beat(at)))
  }
}

serve({
  async 'POST /clients'() {
    for (let at = 0; at < 24; at++) {
      await wait(200)
      await connect(at)
    }
    void keepAlive()
    return { status: 201 }
  },
})
