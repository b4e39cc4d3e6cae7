import type { Courier, DeliveryOutcome } from '../../twins/world.ts'
import type { Pass } from './pass.ts'

/** Sends webhooks over the real network, to whoever asked for them; those for the service under test go by `pass`. */
export const createCourier =
  (settle: (task: () => Promise<void>) => void, pass?: Pass): Courier =>
  (delivery, done) => {
    const { origin } = new URL(delivery.url)
    const sent = pass !== undefined && origin === pass.origin ? sendBy(pass, delivery) : send(delivery)
    void sent.then((outcome) => settle(async () => done(outcome)))
  }

async function sendBy(
  pass: Pass,
  { method = 'POST', url, headers, body }: Parameters<Courier>[0],
): Promise<DeliveryOutcome> {
  const { pathname, search } = new URL(url)
  const bytes = Buffer.from(body)
  const all = [['Host', pass.host], ['Content-Length', `${bytes.length}`], ...headers] as const
  try {
    const answer = await pass.forward({ method, target: pathname + search, headers: all, body: bytes })
    return { kind: 'answer', status: answer.status, body: Buffer.from(answer.body).toString() }
  } catch {
    return { kind: 'failed', reason: 'refused' }
  }
}

async function send({
  method = 'POST',
  url,
  headers,
  body,
  timeoutMs,
}: Parameters<Courier>[0]): Promise<DeliveryOutcome> {
  try {
    const answer = await fetch(url, {
      method,
      headers: headers.map(([name, value]): [string, string] => [name, value]),
      ...(method === 'GET' ? {} : { body }),
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    })
    return { kind: 'answer', status: answer.status, body: await answer.text() }
  } catch (error) {
    const timeout = error instanceof Error && error.name === 'TimeoutError'
    return { kind: 'failed', reason: timeout ? 'timeout' : 'refused' }
  }
}
