import { z } from 'zod'
import { twilio } from '../../../twins/twilio/index.ts'
import { runTwinTests, type Stage } from '../../conformance/twins.ts'
import { ADA, API, ask, OTHER, POOL, SEED, SHOP, VERIFY } from './support.ts'

const MESSAGES = `${API}/Messages`
const SERVICE = `https://verify.twilio.com/v2/Services/${VERIFY}`
const text = { To: ADA, From: SHOP, Body: 'Hi' }
const TEST = `AC${'9'.repeat(32)}`
const ALBUM = `HX${'0'.repeat(32)}`
const ALBUM_TYPES = { 'twilio/media': { body: 'Two', media: ['https://shop.test/1.png', 'https://shop.test/2.png'] } }
const UNKNOWN = '+14155552399'

const go =
  (...given: Parameters<typeof ask>) =>
  ({ twin }: Stage): unknown =>
    twin.fetch(ask(...given))
const send = (more: Readonly<Record<string, string>>): ReturnType<typeof go> =>
  go('POST', `${MESSAGES}.json`, { ...text, ...more })
const verify = (more: Readonly<Record<string, string>>): ReturnType<typeof go> =>
  go('POST', `${SERVICE}/Verifications`, { To: ADA, Channel: 'sms', ...more })

runTwinTests({
  twin: twilio,
  seed: { ...SEED, unreachable: { [UNKNOWN]: 30003 } },
  async story({ send: to, world, twin }) {
    const created = await to(ask('POST', `${MESSAGES}.json`, { ...text, StatusCallback: 'https://shop.test/status' }))
    const { sid } = (await created.json()) as { sid: string }
    await to(ask('POST', `${MESSAGES}.json`, { ...text, To: UNKNOWN }))
    await to(ask('POST', `${MESSAGES}.json`, { ...text, To: 'nobody' }))
    await to(ask('POST', `${MESSAGES}.json`, { To: ADA, MessagingServiceSid: POOL, Body: 'Hi', MaxPrice: '0.001' }))
    await world.clock.advance(20_000)
    await to(ask('GET', `${MESSAGES}.json?PageSize=1`))
    await to(ask('POST', `${MESSAGES}/${sid}.json`, { Body: '' }))
    for (const body of ['What?', 'STOP', 'START']) twin.happen('message.received', { from: ADA, to: SHOP, body })
    const number = `+1202555${String(1000 + twinNumbers(twin)).slice(0, 4)}`
    await to(ask('POST', `${API}/IncomingPhoneNumbers.json`, { PhoneNumber: number }))
    const service = await to(ask('POST', 'https://messaging.twilio.com/v1/Services', { FriendlyName: 'Shop' }))
    await to(
      ask('DELETE', `https://messaging.twilio.com/v1/Services/${((await service.json()) as { sid: string }).sid}`),
    )
    const code = await to(ask('POST', `${SERVICE}/Verifications`, { To: ADA, Channel: 'sms' }))
    await to(ask('POST', `${SERVICE}/VerificationCheck`, { To: ADA, Code: 'none' }))
    const { sid: verification } = (await code.json()) as { sid: string }
    await to(ask('POST', `${SERVICE}/Verifications/${verification}`, { Status: 'approved' }))
    await to(ask('POST', `${SERVICE}/Verifications`, { To: ADA, Channel: 'sms' }))
    await to(ask('POST', `${SERVICE}/Verifications/${encodeURIComponent(ADA)}`, { Status: 'canceled' }))
    await to(ask('GET', `https://lookups.twilio.com/v2/PhoneNumbers/${encodeURIComponent(ADA)}`))
    await world.clock.advance(20_000)
  },
  gaps: {
    'XML answers': go('GET', MESSAGES),
    'regions and edges': go('GET', `${MESSAGES}.json`.replace('api.', 'api.dublin.ie1.')),
    'other products': go('GET', 'https://sync.twilio.com/v1/Services'),
    'other things that calls can do': go('POST', `${API}/Calls.json`, {
      To: ADA,
      From: SHOP,
      Url: 'https://shop.test/call',
      Record: 'true',
    }),
    'calls by test credentials': ({ world }) =>
      twilio
        .create(world, { ...SEED, test_credentials: { sid: TEST, auth_token: 'test' } })
        .fetch(
          ask(
            'POST',
            `https://api.twilio.com/2010-04-01/Accounts/${TEST}/Calls.json`,
            { To: ADA, From: '+15005550006', Url: 'https://shop.test/call' },
            [TEST, 'test'],
          ),
        ),
    subaccounts: go('GET', `${MESSAGES}.json`.replace('AC0', 'AC1')),
    'accounts and keys by an API key': async ({ twin }) => {
      const made = (await (await twin.fetch(ask('POST', `${API}/Keys.json`, {}))).json()) as {
        sid: string
        secret: string
      }
      return twin.fetch(ask('GET', `${API}/Keys.json`, undefined, [made.sid, made.secret]))
    },
    'API keys of an account that no seed names': ({ world }) =>
      twilio.create(world, {}).fetch(ask('GET', `${MESSAGES}.json`, undefined, [`SK${'0'.repeat(32)}`, 'secret'])),
    'OAuth and public key validation': ({ twin }) =>
      twin.fetch(new Request(`${MESSAGES}.json`, { headers: { Authorization: 'Bearer token' } })),
    'channels but SMS and WhatsApp': send({ To: 'messenger:1' }),
    'senders of WhatsApp in pools': go('POST', `${MESSAGES}.json`, {
      To: `whatsapp:${ADA}`,
      MessagingServiceSid: POOL,
      Body: 'Hi',
    }),
    'several media in one message of WhatsApp': ({ world }) =>
      twilio
        .create(world, { ...SEED, whatsapp_senders: [SHOP], contents: [{ sid: ALBUM, types: ALBUM_TYPES }] })
        .fetch(ask('POST', `${MESSAGES}.json`, { To: `whatsapp:${ADA}`, From: `whatsapp:${SHOP}`, ContentSid: ALBUM })),
    'contents without a text': ({ world }) =>
      twilio
        .create(world, { ...SEED, contents: [{ sid: ALBUM, types: { 'twilio/schedule': { id: '1' } } }] })
        .fetch(ask('POST', `${MESSAGES}.json`, { To: ADA, From: SHOP, ContentSid: ALBUM })),
    'changes to contents': go('PUT', 'https://content.twilio.com/v1/Content/HX1'),
    'options of a message': send({ ShortenUrls: 'true' }),
    'the bytes of media': go('GET', `${MESSAGES}/MM1/Media/ME1`),
    'redaction before a message is final': async ({ twin }) => {
      const { sid } = (await (await twin.fetch(ask('POST', `${MESSAGES}.json`, text))).json()) as { sid: string }
      return twin.fetch(ask('POST', `${MESSAGES}/${sid}.json`, { Body: '' }))
    },
    'a sender outside the pool': send({ MessagingServiceSid: POOL }),
    'a validity out of range': send({ ValidityPeriod: '40000' }),
    'pages by number': go('GET', `${MESSAGES}.json?Page=2`),
    'numbers that can be bought': go('GET', `${API}/AvailablePhoneNumbers/US/Local.json`),
    'short codes, alpha senders and registrations': go(
      'GET',
      `https://messaging.twilio.com/v1/Services/${POOL}/ShortCodes`,
    ),
    'channels of Verify': verify({ Channel: 'email' }),
    'options of a verification': verify({ Amount: '10' }),
    'settings of Verify': go('GET', `${SERVICE}/Entities`),
    'packages of Lookup': go('GET', `https://lookups.twilio.com/v2/PhoneNumbers/${OTHER}?Fields=caller_name`),
  },
  failureBody: z.strictObject({ code: z.int(), message: z.string(), more_info: z.url(), status: z.int() }),
})

/** How many numbers there are: the story buys another one each time it is told. */
function twinNumbers(twin: Stage['twin']): number {
  return (twin.snapshot() as { numbers: readonly unknown[] }).numbers.length
}
