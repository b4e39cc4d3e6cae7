import { call, either, serve } from './serve.ts'

const unique = either({ bug: false, fix: true })

serve({
  async 'POST /users'({ body: { name } }) {
    for (let n = 0; n < 20; n++) {
      const row = await call('POST http://database.library.test/tables/users/rows', { body: { name, unique } })
      // A number that is taken is no number for a new user.
      if (row.status !== 409) return row
    }
    return { status: 503 }
  },
})
