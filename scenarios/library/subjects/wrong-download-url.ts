import { call, either, serve } from './serve.ts'

/** An address that is refused will be refused again; only what may pass is worth another try. */
const mayPass = either({ bug: () => true, fix: (status: number) => status === 0 || status >= 500 })

serve({
  async 'GET /crates/:name'({ params: { name } }) {
    for (let n = 0; n < 5; n++) {
      const { status } = await call(`GET http://objects.library.test/objects/${name}`)
      if (status === 200) return { status: 200 }
      if (!mayPass(status)) break
    }
    return { status: 502 }
  },
})
