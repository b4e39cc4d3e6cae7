import { expect, test } from 'vitest'
import { measure } from '../../../runner/fidelity/measure.ts'
import type { Exchange } from '../../../twins/har.ts'
import { twilio } from '../../../twins/twilio/index.ts'
import type { TwinDefinition } from '../../../twins/twin.ts'
import { ADA, API, ask, openAccount, POOL, SEED, SHOP, VERIFY } from './support.ts'

/** A recording of another account: its own twin's, whose credentials nobody else has. */
async function record(requests: (id: (name: string) => string) => Generator<Request>): Promise<readonly Exchange[]> {
  const { send, world, rows } = openAccount({ ...SEED, codes: { [ADA]: '123456' } }, 'recorded')
  const exchanges: Exchange[] = []
  for (const request of requests((table) => String(rows(table).at(-1)?.id))) {
    const { method, url } = request
    const requestBody = new Uint8Array(await request.clone().arrayBuffer())
    const answer = await send(request)
    const requestHeaders: [string, string][] = [
      ['content-type', 'application/x-www-form-urlencoded'],
      ['authorization', 'Basic REDACTED'],
    ]
    const responseBody = new Uint8Array(await answer.arrayBuffer())
    const atMs = world.clock.now()
    const { status, headers } = answer
    exchanges.push({
      method,
      url,
      requestHeaders,
      requestBody,
      status,
      responseHeaders: [...headers],
      responseBody,
      atMs,
    })
    await world.clock.advance(30_000)
  }
  return exchanges
}

test('a recording of another account replays from what its answers show', async () => {
  const service = `https://verify.twilio.com/v2/Services/${VERIFY}`
  const exchanges = await record(function* (id) {
    yield ask('GET', `${API}/IncomingPhoneNumbers.json`)
    yield ask('POST', `${API}/Messages.json`, { To: ADA, From: SHOP, Body: 'Hi' })
    yield ask('GET', `${API}/Messages/${id('messages')}.json`)
    yield ask('POST', `${API}/Messages.json`, { To: ADA, MessagingServiceSid: POOL, Body: 'Hi' })
    yield ask('GET', `${API}/Messages.json?PageSize=1`)
    yield ask('POST', `${API}/Messages.json`, { To: '+15551234567', From: SHOP, Body: 'Hi' })
    yield ask('POST', `${service}/Verifications`, { To: ADA, Channel: 'sms' })
    yield ask('POST', `${service}/VerificationCheck`, { To: ADA, Code: '000000' })
    yield ask('POST', `${service}/VerificationCheck`, { To: ADA, Code: '123456' })
    yield ask('POST', `${service}/VerificationCheck`, { To: ADA, Code: '123456' })
  })
  const definition = twilio as unknown as TwinDefinition<unknown>
  const { report } = await measure(definition, [{ file: 'own.har', exchanges }])
  const differences = report.operations.flatMap(({ firstDifference }) => firstDifference ?? [])
  expect([report.interactions, report.modelled, report.matched, differences]).toEqual([10, 10, 10, []])
})
