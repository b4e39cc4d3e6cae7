import { expect, test } from 'vitest'
import { liveRefusal, liveService, toHarEntry } from '../../../runner/fidelity/live.ts'
import { measure } from '../../../runner/fidelity/measure.ts'
import { parseHar } from '../../../twins/har.ts'
import { openai } from '../../../twins/openai/index.ts'
import { stripe } from '../../../twins/stripe/index.ts'
import type { TwinDefinition } from '../../../twins/twin.ts'
import { createWorld } from '../../../twins/world.ts'

const definition = stripe as unknown as TwinDefinition<unknown>
const header = [{ name: 'Content-Type', value: 'application/json' }]
const recording = parseHar(
  'customers.har',
  JSON.stringify({
    log: {
      entries: [
        {
          startedDateTime: '2026-01-01T00:00:00Z',
          request: {
            method: 'GET',
            url: 'https://api.stripe.com/v1/customers/cus_nobody',
            headers: [{ name: 'Authorization', value: 'REDACTED' }],
          },
          response: {
            status: 404,
            headers: header,
            content: {
              text: '{"error":{"code":"resource_missing","doc_url":"x","message":"x","param":"id","request_log_url":"x","type":"invalid_request_error"}}',
            },
          },
        },
      ],
    },
  }),
)

/** A twin plays the vendor: it is told apart by nothing but its address. */
function vendor(): { readonly seen: Request[]; readonly fetch: (request: Request) => Promise<Response> } {
  const twin = stripe.create(createWorld({ seed: '7', startsAt: '2026-11-26T00:00:00Z' }), {})
  const seen: Request[] = []
  return {
    seen,
    fetch: async (request) => {
      seen.push(request.clone())
      const { pathname, search } = new URL(request.url)
      return twin.fetch(new Request(`https://api.stripe.com${pathname}${search}`, request))
    },
  }
}

test('the real service is asked what was recorded, with the user’s credential, and what it says can be recorded anew', async () => {
  const { seen, fetch } = vendor()
  const entries: object[] = []
  const answers = () =>
    liveService(definition, {
      secret: 'sk_test_mine',
      origin: 'https://sandbox.test',
      fetch,
      wait: async () => undefined,
      now: () => Date.parse('2026-11-26T00:00:00Z'),
      onExchange: async (request, response, atMs) => void entries.push(await toHarEntry(request, response, atMs)),
    })
  const { report } = await measure(definition, [recording], answers)
  expect([report.matched, report.operations[0]?.operation]).toEqual([1, 'customers.retrieve'])
  expect(seen.map(({ url, headers }) => [url, headers.get('Authorization')])).toEqual([
    ['https://sandbox.test/v1/customers/cus_nobody', 'Bearer sk_test_mine'],
  ])
  const written = JSON.stringify({ log: { entries } })
  expect(written).not.toContain('sk_test_mine')
  const again = parseHar('today.har', written)
  expect((await measure(definition, [again])).report).toMatchObject({ matched: 1, recorded: { newest: '2026-11-26' } })
})

test.each([
  [undefined, 'STRIPE_SECRET_KEY is not set'],
  ['', 'STRIPE_SECRET_KEY is not set'],
  ['sk_live_123', 'a key to real money'],
  ['rk_live_123', 'a key to real money'],
  ['sk_test_123', undefined],
])('with the key %s: %s', (secret, reason) => {
  const refusal = liveRefusal(definition, secret)
  if (reason === undefined) expect(refusal).toBeUndefined()
  else expect(refusal).toContain(reason)
})

test('a twin that does not know how says so', () => {
  const { live: _, ...profile } = openai.fidelity ?? {}
  expect(liveRefusal({ ...openai, fidelity: profile } as unknown as TwinDefinition<unknown>, 'x')).toContain(
    'does not know how',
  )
})
