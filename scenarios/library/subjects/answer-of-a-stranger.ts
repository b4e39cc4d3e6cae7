import { connect, type Socket } from 'node:net'
import { either, serve } from './serve.ts'

const HOST = 'cache.library.test'
/** A connection that is free for the next question. */
let free: Socket | undefined

/** What becomes of a connection whose question was cancelled: its answer is still to come. */
const cancelled = either<(connection: Socket) => void>({
  bug: (connection) => {
    free = connection
  },
  fix: (connection) => connection.destroy(),
})

function ask(key: string): Promise<string | undefined> {
  const connection = free ?? connect(80, HOST).on('error', () => undefined)
  free = undefined
  connection.write(`GET /keys/${key} HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`)
  return new Promise((done) => {
    const timer = setTimeout(() => {
      connection.removeAllListeners('data')
      cancelled(connection)
      done(undefined)
    }, 1000)
    connection.once('data', (bytes) => {
      clearTimeout(timer)
      free = connection
      done(String(bytes).split('\r\n\r\n')[1])
    })
  })
}

serve({
  async 'GET /history/:user'({ params: { user = '' } }) {
    const answer = await ask(user)
    return answer === undefined ? { status: 504 } : { status: 200, body: JSON.parse(answer) }
  },
})
