import { expect, test } from 'vitest'
import { createNetwork } from '../../twins/network.ts'
import { sendgrid } from '../../twins/sendgrid/index.ts'
import { stripe } from '../../twins/stripe/index.ts'
import type { TwinDefinition } from '../../twins/twin.ts'
import { type Wire, wireTwins } from '../../twins/wires.ts'
import { createWorld, type RunnableWorld } from '../../twins/world.ts'

const place = (
  definition: unknown,
  seed: unknown = {},
): { readonly definition: TwinDefinition<unknown>; readonly seed: unknown } => ({
  definition: definition as TwinDefinition<unknown>,
  seed,
})

/** A shop and a post office that are joined. */
function open(...wires: readonly Wire[]): { readonly world: RunnableWorld; create(email: string): Promise<void> } {
  const world = createWorld({ seed: '1', startsAt: '2030-01-01T00:00:00Z' })
  const network = createNetwork(world, [place(stripe), place(sendgrid)])
  wireTwins(world, network, wires)
  return {
    world,
    async create(email) {
      const headers = [
        ['Authorization', 'Bearer sk_test_123'],
        ['Content-Type', 'application/x-www-form-urlencoded'],
      ] as const
      const body = new TextEncoder().encode(`email=${encodeURIComponent(email)}`)
      await network.handle({
        step: 'sign-up',
        method: 'POST',
        url: 'https://api.stripe.com/v1/customers',
        headers,
        body,
      })
    },
  }
}

const welcome: Wire = {
  on: 'stripe.customer.created',
  afterMs: 2_000,
  act: {
    kind: 'call',
    method: 'POST',
    url: 'https://api.sendgrid.com/v3/mail/send',
    headers: { Authorization: 'Bearer SG.test' },
    body: {
      personalizations: [{ to: [{ email: '{{email}}' }] }],
      from: { email: 'shop@example.com' },
      subject: 'Welcome, {{id}}',
      content: [{ type: 'text/plain', value: 'Hello.' }],
    },
  },
}
const types = (world: RunnableWorld): readonly string[] => world.trace.events.map(({ type }) => type)

test('what happens at one twin has its consequence at another, later and on the account of what caused it', async () => {
  const { world, create } = open(welcome)
  await create('ann@example.com')
  expect(types(world)).not.toContain('sendgrid.mail.send')
  await world.clock.advance(2_000)
  const call = world.trace.events.find(({ type }) => type === 'sendgrid.mail.send')
  expect(call).toMatchObject({ step: 'sign-up/wire', atMs: Date.parse('2030-01-01T00:00:02Z') })
  expect(call?.fields.params).toMatchObject({ personalizations: [{ to: [{ email: 'ann@example.com' }] }] })
  expect(types(world)).not.toContain('wire.refused')
})

test('a wire is for what fits it only', async () => {
  const { world, create } = open({ ...welcome, where: { email: 'bob@example.com' } })
  await create('ann@example.com')
  await world.clock.advance(5_000)
  expect(types(world)).not.toContain('sendgrid.mail.send')
})

test('the same wires give the same trace', async () => {
  const hash = async (): Promise<string> => {
    const { world, create } = open(welcome)
    await create('ann@example.com')
    await world.clock.advance(5_000)
    return world.trace.hash()
  }
  expect(await hash()).toBe(await hash())
})

test('a call that is refused shows, and a field that is not there is told', async () => {
  const act = { ...welcome.act, headers: {} } as Wire['act']
  const refused = open({ ...welcome, act })
  await refused.create('ann@example.com')
  await refused.world.clock.advance(5_000)
  expect(refused.world.trace.events.find(({ type }) => type === 'wire.refused')?.fields).toMatchObject({ status: 401 })
  const lost = open({ ...welcome, act: { ...welcome.act, body: { to: '{{mail}}' } } as Wire['act'] })
  await lost.create('ann@example.com')
  await expect(lost.world.clock.advance(5_000)).rejects.toThrow('expected a field "mail", got event, id,')
})

test('wires that set each other off for ever are stopped', async () => {
  const again: Wire = {
    on: 'stripe.customer.created',
    afterMs: 0,
    act: {
      kind: 'call',
      method: 'POST',
      url: 'https://api.stripe.com/v1/customers',
      headers: { Authorization: 'Bearer sk_test_123' },
      body: undefined,
    },
  }
  const { world, create } = open(again)
  await create('ann@example.com')
  await expect(world.clock.advance(1_000)).rejects.toThrow(/set each other off/)
})
