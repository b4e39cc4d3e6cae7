import { call, either, serve, wait } from './serve.ts'

const pauseMs = either({ bug: () => 100, fix: (n: number) => 1000 * 2 ** n })

async function upload(): Promise<void> {
  for (let n = 0; ; n++) {
    const stored = { key: 'archive', owner: 'a', content: 'all' }
    const { status } = await call('PUT http://objects.library.test/objects', { body: stored })
    console.log(`try ${n + 1}: ${status}`)
    if (status === 200) return
    await wait(pauseMs(n))
  }
}

serve({
  'POST /archives'() {
    void upload()
    return { status: 202 }
  },
})
