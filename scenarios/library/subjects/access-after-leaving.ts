import { call, either, serve, wait } from './serve.ts'
import { activePerson } from './vendors.ts'

/** Whether it is asked once more, right before the door opens. */
const stillHere = either({ bug: async (login: string) => login, fix: activePerson })

serve({
  async 'POST /people/:login'({ params: { login = '' } }) {
    if ((await activePerson(login)) === undefined) return { status: 404 }
    // A laptop, an account, a desk: all of it takes a while.
    await wait(30_000)
    if ((await stillHere(login)) === undefined) return { status: 409 }
    return call(`PUT http://accounts.library.test/members/${login}`)
  },
})
