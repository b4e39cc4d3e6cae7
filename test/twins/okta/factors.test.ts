import { expect, test } from 'vitest'
import { z } from 'zod'
import { stepAt, totp } from '../../../twins/okta/otp.ts'
import { openOrg, type Setup } from './support.ts'

const LOGIN = 'ada@acme.example'
const ROOT = `/api/v1/users/${LOGIN}/factors`
const open = (): Setup => openOrg({ users: [{ login: LOGIN, password: 'Abcd1234xyz' }] })
const json = async (answer: Response | Promise<Response>): Promise<Record<string, unknown>> =>
  (await (await answer).json()) as Record<string, unknown>
const enroll = async (org: Setup, factorType: string, profile: object = {}, query = ''): Promise<string> => {
  const made = await json(org.send('POST', `${ROOT}${query}`, { factorType, provider: 'OKTA', profile }))
  return z.object({ id: z.string() }).parse(made).id
}
const sent = z.object({ code: z.string(), to: z.string(), login: z.string() })
/** The code that the phone or mailbox of the user was sent last. */
const codeOf = (org: Setup): string => {
  const events = org.world.trace.events.filter(({ type }) => type === 'okta.code.sent')
  return sent.parse(events.at(-1)?.fields).code
}

// RFC 6238, appendix B, as six figures of SHA-1: the secret is 12345678901234567890.
test.each([
  [59_000, '287082'],
  [1_111_111_109_000, '081804'],
  [1_234_567_890_000, '005924'],
  [20_000_000_000_000, '353130'],
])('at %d ms the code is %s', (ms, code) => {
  expect(totp('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', stepAt(ms))).toBe(code)
})

test.each([
  ['sms', { phoneNumber: '+15554151337' }],
  ['call', { phoneNumber: '+1-555-415-1337', phoneExtension: '1234' }],
  ['email', { email: LOGIN }],
])('a factor of the kind %s is activated by its code, then challenges and verifies', async (type, profile) => {
  const org = open()
  const id = await enroll(org, type, profile)
  const shown = await json(org.send('GET', `${ROOT}/${id}`))
  expect(shown).toMatchObject({ status: 'PENDING_ACTIVATION', profile, _links: { resend: [{ name: type }] } })
  const wrong = await org.send('POST', `${ROOT}/${id}/lifecycle/activate`, { passCode: 'x' })
  expect([wrong.status, await json(wrong)]).toMatchObject([403, { errorCode: 'E0000068' }])
  const activated = await json(org.send('POST', `${ROOT}/${id}/lifecycle/activate`, { passCode: codeOf(org) }))
  expect(activated).toMatchObject({ id, status: 'ACTIVE' })
  expect((await org.send('POST', `${ROOT}/${id}/verify`, {})).status).toBe(429)
  await org.world.clock.advance(30_000)
  expect(await json(org.send('POST', `${ROOT}/${id}/verify`, {}))).toMatchObject({ factorResult: 'CHALLENGE' })
  const passCode = codeOf(org)
  expect(await json(org.send('POST', `${ROOT}/${id}/verify`, { passCode }))).toEqual({ factorResult: 'SUCCESS' })
  expect((await org.send('POST', `${ROOT}/${id}/verify`, { passCode })).status).toBe(403)
})

test('a code lives five minutes', async () => {
  const org = open()
  const id = await enroll(org, 'sms', { phoneNumber: '+15554151337' })
  await org.world.clock.advance(300_000)
  expect((await org.send('POST', `${ROOT}/${id}/lifecycle/activate`, { passCode: codeOf(org) })).status).toBe(403)
})

test('an authenticator app shows codes of its secret, each good once', async () => {
  const org = open()
  const made = await json(org.send('POST', ROOT, { factorType: 'token:software:totp', provider: 'GOOGLE' }))
  const activation = z.object({
    activation: z.object({ sharedSecret: z.string().length(16), timeStep: z.literal(30) }),
  })
  const { sharedSecret } = activation.parse(made._embedded).activation
  const code = (): string => totp(sharedSecret, stepAt(org.world.clock.now()))
  const path = `${ROOT}/${String(made.id)}`
  expect(await json(org.send('POST', `${path}/lifecycle/activate`, { passCode: code() }))).toMatchObject({
    status: 'ACTIVE',
  })
  expect(await json(org.send('POST', `${path}/verify`, { passCode: code() }))).toMatchObject({
    errorCauses: [{ errorSummary: 'Each code can only be used once. Please wait for a new code and try again.' }],
  })
  await org.world.clock.advance(30_000)
  org.twin.happen('authenticator.opened', { login: LOGIN })
  const shown = org.world.trace.events.find(({ type }) => type === 'okta.code.shown')
  expect(shown?.fields).toMatchObject({ login: LOGIN, code: code() })
  expect(await json(org.send('POST', `${path}/verify`, { passCode: code() }))).toEqual({ factorResult: 'SUCCESS' })
  await org.world.clock.advance(120_000)
  expect((await org.send('POST', `${path}/verify`, { passCode: code().split('').reverse().join('x') })).status).toBe(
    403,
  )
})

test('a push waits for the device: to be set up, to be approved or rejected, or until its time is over', async () => {
  const org = open()
  const id = await enroll(org, 'push')
  const activate = () => json(org.send('POST', `${ROOT}/${id}/lifecycle/activate`))
  expect(await activate()).toMatchObject({ factorResult: 'WAITING' })
  org.twin.happen('push.approved', { login: LOGIN })
  expect(await json(org.send('GET', `${ROOT}/${id}`))).toMatchObject({ status: 'ACTIVE', profile: { platform: 'IOS' } })
  const ask = async (): Promise<string> => {
    const answer = await org.send('POST', `${ROOT}/${id}/verify`)
    expect(answer.status).toBe(201)
    const { _links } = z
      .object({ _links: z.object({ poll: z.object({ href: z.string() }) }) })
      .parse(await answer.json())
    return _links.poll.href
  }
  for (const [event, factorResult] of [
    ['push.approved', 'SUCCESS'],
    ['push.rejected', 'REJECTED'],
    [undefined, 'TIMEOUT'],
  ] as const) {
    const poll = await ask()
    expect(await json(org.send('GET', poll))).toMatchObject({ factorResult: 'WAITING' })
    if (event === undefined) await org.world.clock.advance(300_000)
    else org.twin.happen(event, { login: LOGIN })
    expect(await json(org.send('GET', poll))).toMatchObject({ factorResult })
  }
  const poll = await ask()
  expect((await org.send('DELETE', poll)).status).toBe(204)
  expect((await org.send('GET', poll)).status).toBe(404)
  expect(() => org.twin.happen('push.approved', { login: LOGIN })).toThrow('expected a push that waits')
})

test('a question is answered', async () => {
  const org = open()
  const id = await enroll(org, 'question', { question: 'disliked_food', answer: 'meatball' })
  expect((await org.send('POST', `${ROOT}/${id}/verify`, { answer: 'soup' })).status).toBe(403)
  expect(await json(org.send('POST', `${ROOT}/${id}/verify`, { answer: 'meatball' }))).toEqual({
    factorResult: 'SUCCESS',
  })
})

test('a second one of a kind is refused, the catalogue knows, and a reset takes all', async () => {
  const org = open()
  const body = { factorType: 'sms', provider: 'OKTA', profile: { phoneNumber: '+15554151337' } }
  expect(await json(org.send('POST', `${ROOT}?activate=true`, body))).toMatchObject({ status: 'ACTIVE' })
  expect(await json(org.send('POST', ROOT, body))).toMatchObject({
    errorCauses: [{ errorSummary: 'A factor of this type is already set up.' }],
  })
  const kinds = (await json(org.send('GET', `${ROOT}/catalog`))) as unknown as { factorType: string; status: string }[]
  expect(kinds.find(({ factorType }) => factorType === 'sms')?.status).toBe('ACTIVE')
  await org.send('POST', `/api/v1/users/${LOGIN}/lifecycle/reset_factors`)
  expect(await json(org.send('GET', ROOT))).toEqual([])
})

test.each([
  ['sms', {}, 'Invalid Phone Number.'],
  ['email', { email: 'eve@other.example' }, 'The email must be one of the user’s own.'],
])('%s with %j is refused', async (factorType, profile, words) => {
  const refused = await json(open().send('POST', ROOT, { factorType, provider: 'OKTA', profile }))
  expect(refused).toMatchObject({ errorCauses: [{ errorSummary: words }] })
})

test('a telephony hook is handed the code', async () => {
  const org = open()
  const channel = {
    type: 'HTTP',
    version: '1.0.0',
    config: { uri: 'https://shop.test/phone', authScheme: { type: 'HEADER', key: 'X-Key', value: 's3cret' } },
  }
  await org.send('POST', '/api/v1/inlineHooks', {
    name: 'Phone',
    type: 'com.okta.telephony.provider',
    version: '1.0.0',
    channel,
  })
  await enroll(org, 'sms', { phoneNumber: '+15554151337' })
  const [delivery] = org.deliveries
  expect(delivery?.headers).toContainEqual(['X-Key', 's3cret'])
  expect(JSON.parse(delivery?.body ?? '')).toMatchObject({
    requestType: 'com.okta.user.telephony.pre-enrollment',
    data: { messageProfile: { otpCode: codeOf(org), deliveryChannel: 'SMS', phoneNumber: '+15554151337' } },
  })
})
