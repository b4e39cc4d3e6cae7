import { call, either, serve, wait } from './serve.ts'

const ROW = 'http://database.library.test/tables/posts/rows'
const replicated = either({ bug: false, fix: true })

serve({
  async 'PUT /posts/:id'({ params: { id } }) {
    for (let n = 0; n < 20; n++) {
      const { status } = await call(`PUT ${ROW}/${id}`, { body: { text: 'hello', replicated } })
      if (status === 200) return { status: 201 }
      await wait(5000)
    }
    return { status: 503 }
  },
  async 'GET /posts/:id'({ params: { id } }) {
    return call(`GET ${ROW}/${id}`)
  },
})
