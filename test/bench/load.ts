/**
 * A client that costs little: `node test/bench/load.ts PORT N PATH` asks N times over 20 kept connections and prints the seconds it took.
 * One of our own, because a client that parses more than it must is what gets measured. Ends with 1 when an answer is no 200.
 */
import { connect } from 'node:net'

const CONNECTIONS = 20

/** Bytes of the answer that begins at `at`; undefined while some are missing. */
function lengthOf(text: string, at: number): number | undefined {
  const end = text.indexOf('\r\n\r\n', at)
  if (end < 0) return undefined
  const head = text.slice(at, end)
  if (!head.startsWith('HTTP/1.1 200')) throw new Error(`expected 200, got ${head.slice(0, 200)}`)
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  if (length !== undefined) {
    const whole = end + 4 + Number(length)
    return text.length >= whole ? whole - at : undefined
  }
  const last = text.indexOf('\r\n0\r\n\r\n', end)
  return last < 0 ? undefined : last + 7 - at
}

/** Asks over one connection until `next` has no more, or the server closes it. */
function converse(port: number, next: () => Buffer | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    let held = ''
    const socket = connect(port, '127.0.0.1', () => go())
    const go = (): void => {
      const bytes = next()
      if (bytes === undefined) socket.end()
      else socket.write(bytes)
    }
    socket.setNoDelay(true)
    socket.on('error', reject)
    socket.on('close', () => (held === '' ? resolve() : reject(new Error('the connection broke within an answer'))))
    socket.on('data', (data) => {
      // One character a byte: lengths are in bytes.
      held += data.toString('latin1')
      try {
        const length = lengthOf(held, 0)
        if (length === undefined) return
        const closes = /\r\nconnection: *close/i.test(held.slice(0, length))
        held = held.slice(length)
        if (closes) socket.end()
        else go()
      } catch (error) {
        reject(error)
      }
    })
  })
}

async function load(port: number, n: number, path: string): Promise<number> {
  const ask = Buffer.from(
    `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer sk_test_123\r\n\r\n`,
  )
  const startedAt = performance.now()
  let left = n
  const lane = async (): Promise<void> => {
    // A server that closes after each answer is asked over a new connection.
    while (left > 0) await converse(port, () => (left-- > 0 ? ask : undefined))
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, lane))
  return (performance.now() - startedAt) / 1000
}

const [port, n, path = '/'] = process.argv.slice(2)
process.stdout.write(String(await load(Number(port), Number(n), path)))
process.exit(0)
