import type { Courier, DeliveryOutcome } from '../../twins/world.ts'

/** Sends webhooks over the real network, to whoever asked for them. */
export const createCourier =
  (settle: (task: () => Promise<void>) => void): Courier =>
  (delivery, done) => {
    void send(delivery).then((outcome) => settle(async () => done(outcome)))
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
