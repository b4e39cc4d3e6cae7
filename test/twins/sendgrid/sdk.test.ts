import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import sendgridClient from '@sendgrid/client'
import { EventWebhook } from '@sendgrid/eventwebhook'
import sendgridMail from '@sendgrid/mail'
import { afterEach, expect, test } from 'vitest'
import { sendgrid, VERIFICATION_KEY } from '../../../twins/sendgrid/index.ts'
import type { Seed } from '../../../twins/sendgrid/state.ts'
import { sign } from '../../../twins/sendgrid/wire.ts'
import { createWorld, type Delivery, type RunnableWorld } from '../../../twins/world.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

type Setup = {
  readonly mailer: typeof sendgridMail
  readonly client: typeof sendgridClient
  readonly world: RunnableWorld
  readonly twin: ReturnType<typeof sendgrid.create>
  readonly deliveries: Delivery[]
}

/** The vendor's SDK, unmodified, pointed at a local server that hands each request to the twin. */
async function setUp(seed: Seed = {}, taken: () => number = () => 200): Promise<Setup> {
  const deliveries: Delivery[] = []
  const world: RunnableWorld = createWorld({
    seed: '1',
    startsAt: '2030-01-01T00:00:00Z',
    courier(delivery, done) {
      deliveries.push(delivery)
      world.clock.schedule(20, () => done({ kind: 'answer', status: taken(), body: '' }))
    },
  })
  world.money.addPrices('sendgrid', sendgrid.prices)
  const twin = sendgrid.create(world, sendgrid.seed.parse(seed))
  const server = createServer(async (incoming, outgoing) => {
    const parts: Buffer[] = []
    for await (const part of incoming) parts.push(part as Buffer)
    const body = Buffer.concat(parts)
    const headers = Object.entries(incoming.headers).flatMap(([name, value]): [string, string][] =>
      typeof value === 'string' && name !== 'connection' ? [[name, value]] : [],
    )
    const answer = await twin.fetch(
      new Request(`https://api.sendgrid.com${incoming.url}`, {
        method: incoming.method ?? 'GET',
        headers,
        ...(body.length === 0 ? {} : { body }),
      }),
    )
    outgoing.writeHead(answer.status, Object.fromEntries(answer.headers))
    outgoing.end(Buffer.from(await answer.arrayBuffer()))
  })
  await new Promise<void>((resolve) => server.listen(0, resolve))
  servers.push(server)
  const client = sendgridClient
  const mailer = sendgridMail
  mailer.setClient(client)
  mailer.setApiKey('SG.test')
  client.setApiKey('SG.test')
  // Last: setting a key sets the address of production again.
  client.setDefaultRequest('baseUrl', `http://localhost:${(server.address() as AddressInfo).port}`)
  return { mailer, client, world, twin, deliveries }
}
const mail = {
  to: 'ada@example.test',
  from: 'shop@example.test',
  subject: 'Hello',
  text: 'Hi',
  customArgs: { order: 'o1' },
}
const types = ({ world }: Setup): readonly string[] => world.trace.events.map(({ type }) => type)

test('a mail is accepted with an id and an empty body, then processed, then delivered', async () => {
  const setup = await setUp()
  const [answer] = await setup.mailer.send(mail)
  expect([answer.statusCode, answer.body]).toEqual([202, ''])
  expect(answer.headers['x-message-id']).toMatch(/^\w{22}$/)
  await setup.world.clock.advance(10_000)
  expect(types(setup).filter((type) => type.startsWith('sendgrid'))).toEqual([
    'sendgrid.mail.accepted',
    'sendgrid.mail.processed',
    'sendgrid.mail.delivered',
  ])
  expect(setup.twin.snapshot()).toMatchObject({
    messages: [{ to: 'ada@example.test', status: 'delivered', custom_args: { order: 'o1' } }],
  })
  expect(setup.world.money.bill.lines).toMatchObject([{ sku: 'mail', amount: '0.000399' }])
})

test('each recipient is a mail of its own on the bill', async () => {
  const setup = await setUp()
  await setup.mailer.sendMultiple({ ...mail, to: ['a@example.test', 'b@example.test'] })
  expect(setup.world.money.bill.lines).toHaveLength(2)
})

test.each<readonly [string, object, string]>([
  ['no content', { text: undefined, content: [] }, 'content'],
  ['an empty subject', { subject: undefined }, 'subject'],
  ['a sender without an address', { from: 'nobody' }, 'from.email'],
  ['a recipient without an address', { to: 'nobody' }, 'personalizations.0.to.0.email'],
])('%s is refused with the field', async (_, change, field) => {
  const { client } = await setUp()
  const { text, ...rest } = { ...mail, ...change } as { text?: string; to: string; from: string; subject?: string }
  const body = {
    personalizations: [{ to: [{ email: rest.to }] }],
    from: { email: rest.from },
    ...(rest.subject === undefined ? {} : { subject: rest.subject }),
    content: text === undefined ? [] : [{ type: 'text/plain', value: text }],
  }
  const error: unknown = await client
    .request({ method: 'POST', url: '/v3/mail/send', body })
    .catch((caught: unknown) => caught)
  expect(error).toMatchObject({
    code: 400,
    response: { body: { errors: expect.arrayContaining([expect.objectContaining({ field })]) } },
  })
})

test('a wrong key is 401, an unverified sender 403, the sandbox 200 without a mail', async () => {
  const strict = await setUp({ keys: ['SG.other'], verified_senders: ['other@example.test'] })
  await expect(strict.mailer.send(mail)).rejects.toMatchObject({ code: 401 })
  const unverified = await setUp({ verified_senders: ['other@example.test'] })
  await expect(unverified.mailer.send(mail)).rejects.toMatchObject({ code: 403 })
  const sandbox = await setUp()
  const [answer] = await sandbox.mailer.send({ ...mail, mailSettings: { sandboxMode: { enable: true } } })
  expect([answer.statusCode, sandbox.twin.snapshot()]).toMatchObject([200, { messages: [] }])
})

test('a suppressed address is accepted and dropped; a bounce joins the list', async () => {
  const setup = await setUp({ suppressions: { unsubscribes: ['ada@example.test'] }, bouncing: ['gone@example.test'] })
  await setup.mailer.send(mail)
  await setup.mailer.send({ ...mail, to: 'gone@example.test' })
  await setup.world.clock.advance(10_000)
  await setup.mailer.send({ ...mail, to: 'gone@example.test' })
  await setup.world.clock.advance(10_000)
  expect((setup.twin.snapshot() as { messages: { status: string }[] }).messages.map(({ status }) => status)).toEqual([
    'dropped',
    'bounced',
    'dropped',
  ])
  const [, bounces] = await setup.client.request({ method: 'GET', url: '/v3/suppression/bounces' })
  expect(bounces).toMatchObject([{ email: 'gone@example.test' }])
})

test('events are signed so that the vendor’s own verifier accepts them, and no other', async () => {
  const setup = await setUp({ webhook: { url: 'https://shop.test/events', signed: true } })
  await setup.mailer.send(mail)
  await setup.world.clock.advance(10_000)
  expect(setup.deliveries.map(({ body }) => (JSON.parse(body) as { event: string }[])[0]?.event)).toEqual([
    'processed',
    'delivered',
  ])
  const verifier = new EventWebhook()
  const key = verifier.convertPublicKeyToECDSA(VERIFICATION_KEY)
  for (const { headers, body } of setup.deliveries) {
    const header = (name: string): string => headers.find(([key_]) => key_ === name)?.[1] ?? ''
    const [signature, timestamp] = [
      header('X-Twilio-Email-Event-Webhook-Signature'),
      header('X-Twilio-Email-Event-Webhook-Timestamp'),
    ]
    expect(verifier.verifySignature(key, body, signature, timestamp)).toBe(true)
    expect(verifier.verifySignature(key, `${body} `, signature, timestamp)).toBe(false)
  }
})

test('a signature hangs on time and body alone', () => {
  expect(sign('1', 'x')).toBe(sign('1', 'x'))
  expect(sign('2', 'x')).not.toBe(sign('1', 'x'))
})

test('an event that is not taken comes again for a day, the same event', async () => {
  const setup = await setUp({ webhook: { url: 'https://shop.test/events' } }, () => 500)
  await setup.mailer.send(mail)
  await setup.world.clock.advance(2 * 86_400_000)
  const ids = setup.deliveries.map(({ body }) => (JSON.parse(body) as { sg_event_id: string }[])[0]?.sg_event_id)
  expect([ids.length, new Set(ids).size]).toEqual([14, 2])
})

test('what happens at the recipient’s is told', async () => {
  const setup = await setUp({ webhook: { url: 'https://shop.test/events' } })
  await setup.mailer.send(mail)
  await setup.world.clock.advance(10_000)
  for (const event of ['mail.opened', 'mail.clicked', 'mail.reported_spam', 'mail.unsubscribed'])
    setup.twin.happen(event, { to: mail.to })
  await setup.world.clock.advance(1000)
  expect(types(setup).slice(-4)).toEqual([
    'sendgrid.mail.open',
    'sendgrid.mail.click',
    'sendgrid.mail.spamreport',
    'sendgrid.mail.unsubscribe',
  ])
  expect(() => setup.twin.happen('mail.opened', { to: 'nobody@example.test' })).toThrow(
    'expected a mail to nobody@example.test, got none',
  )
})
