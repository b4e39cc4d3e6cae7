import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fieldsOf } from '../../../twins/slack/state.ts'
import { call, openWorkspace, SEED, type Setup } from './support.ts'

// Random acts against a small model: who is in which channel, which messages there are, and what is on them.

type Message = { readonly thread: string | undefined; text: string; readonly reactions: Set<string> }
type Channel = { archived: boolean; readonly members: Set<string>; readonly messages: Map<string, Message> }
type Model = { readonly channels: Map<string, Channel> }
type Real = { readonly setup: Setup; readonly ids: Map<string, string> }
type Answer = ReturnType<typeof fieldsOf>

const NAMES = ['red', 'green']
const BOT = 'U0BOT000001'
const ADA = 'U0ADA000001'

const ask = async (
  { setup }: Real,
  method: string,
  args: Readonly<Record<string, string>>,
  token?: string,
): Promise<Answer> => {
  await setup.world.clock.advance(3_000)
  return fieldsOf(await (await setup.fetch(call(method, args, token))).json())
}
const nth = (channel: Channel | undefined, at: number): string =>
  [...(channel?.messages.keys() ?? [])][at] ?? '1.000000'

class Act implements fc.AsyncCommand<Model, Real> {
  readonly #kind: string
  readonly #name: string
  readonly #at: number
  constructor(kind: string, name: string, at: number) {
    this.#kind = kind
    this.#name = name
    this.#at = at
  }

  check(): boolean {
    return true
  }

  toString(): string {
    return `${this.#kind} ${this.#name} ${this.#at}`
  }

  async run(model: Model, real: Real): Promise<void> {
    await this.#go(model, real)
    await agrees(model, real, this.#name)
  }

  async #go(model: Model, real: Real): Promise<void> {
    const [name, known] = [this.#name, model.channels.get(this.#name)]
    const channel = real.ids.get(name) ?? 'C0NOWHERE00'
    const ts = nth(known, this.#at)
    const message = known?.messages.get(ts)
    const inside = known?.members.has(BOT) === true
    const expectRefusal = (answer: Answer, error: string | undefined): void =>
      expect([answer.ok, answer.error]).toEqual(error === undefined ? [true, undefined] : [false, error])
    const place = known === undefined ? 'channel_not_found' : undefined
    switch (this.#kind) {
      case 'create': {
        const answer = await ask(real, 'conversations.create', { name })
        expectRefusal(answer, known === undefined ? undefined : 'name_taken')
        if (known !== undefined) return
        real.ids.set(name, String(fieldsOf(answer.channel).id))
        model.channels.set(name, { archived: false, members: new Set([BOT]), messages: new Map() })
        return
      }
      case 'post':
      case 'reply': {
        const thread = this.#kind === 'reply' ? message : undefined
        if (this.#kind === 'reply' && thread === undefined) return
        const answer = await ask(real, 'chat.postMessage', {
          channel,
          text: 'hello',
          ...(thread === undefined ? {} : { thread_ts: ts }),
        })
        expectRefusal(answer, place ?? (inside ? (known?.archived ? 'is_archived' : undefined) : 'not_in_channel'))
        if (answer.ok === true)
          known?.messages.set(String(answer.ts), {
            text: 'hello',
            thread: thread === undefined ? undefined : (thread.thread ?? ts),
            reactions: new Set(),
          })
        return
      }
      case 'update': {
        const answer = await ask(real, 'chat.update', { channel, ts, text: `changed ${this.#at}` })
        expectRefusal(
          answer,
          place ?? (message === undefined ? 'message_not_found' : known?.archived ? 'is_inactive' : undefined),
        )
        if (answer.ok === true && message !== undefined) message.text = `changed ${this.#at}`
        return
      }
      case 'delete': {
        // The head of a thread stays while it has replies: not part of this model.
        if ([...(known?.messages.values() ?? [])].some(({ thread }) => thread === ts)) return
        const answer = await ask(real, 'chat.delete', { channel, ts })
        expectRefusal(answer, place ?? (message === undefined ? 'message_not_found' : undefined))
        known?.messages.delete(ts)
        return
      }
      case 'react': {
        const answer = await ask(real, 'reactions.add', { channel, timestamp: ts, name: 'eyes' })
        const refused = known?.archived
          ? 'is_archived'
          : inside
            ? message?.reactions.has(BOT)
              ? 'already_reacted'
              : undefined
            : 'not_in_channel'
        expectRefusal(answer, place ?? (message === undefined ? 'message_not_found' : refused))
        if (answer.ok === true) message?.reactions.add(BOT)
        return
      }
      case 'join': {
        const answer = await ask(real, 'conversations.join', { channel })
        expectRefusal(answer, place ?? (known?.archived ? 'is_archived' : undefined))
        if (answer.ok === true) known?.members.add(BOT)
        return
      }
      case 'invite': {
        const answer = await ask(real, 'conversations.invite', { channel, users: ADA })
        const refused = known?.archived ? 'is_archived' : known?.members.has(ADA) ? 'already_in_channel' : undefined
        expectRefusal(answer, place ?? (inside ? refused : 'not_in_channel'))
        if (answer.ok === true) known?.members.add(ADA)
        return
      }
      case 'leave': {
        const answer = await ask(real, 'conversations.leave', { channel })
        expectRefusal(answer, place ?? (known?.archived ? 'is_archived' : undefined))
        if (answer.ok === true) known?.members.delete(BOT)
        return
      }
      case 'archive': {
        const answer = await ask(real, 'conversations.archive', { channel })
        expectRefusal(answer, place ?? (inside ? (known?.archived ? 'already_archived' : undefined) : 'not_in_channel'))
        if (answer.ok === true && known !== undefined) known.archived = true
        return
      }
      case 'restore':
        real.setup.twin.restore(JSON.parse(JSON.stringify(real.setup.twin.snapshot())))
        return
      case 'fault':
        expect(real.setup.twin.failure(503).status).toBe(503)
        await real.setup.world.clock.advance(60_000)
        return
      default:
        throw new Error(`no such act: ${this.#kind}`)
    }
  }
}

async function agrees(model: Model, real: Real, name: string): Promise<void> {
  const known = model.channels.get(name)
  const channel = real.ids.get(name)
  if (known === undefined || channel === undefined) return
  const members = await ask(real, 'conversations.members', { channel })
  expect(new Set(members.members as string[])).toEqual(known.members)
  expect(fieldsOf((await ask(real, 'conversations.info', { channel })).channel)).toMatchObject({
    name,
    is_archived: known.archived,
    is_member: known.members.has(BOT),
  })
  if (!known.members.has(BOT)) return
  const history = (await ask(real, 'conversations.history', { channel, limit: '999' })).messages as Answer[]
  const heads = [...known.messages].filter(([, { thread }]) => thread === undefined)
  const written = history.filter(({ subtype }) => subtype === undefined)
  expect(written.map(({ ts, text }) => [ts, text])).toEqual(heads.map(([ts, { text }]) => [ts, text]).reverse())
  for (const [ts, { reactions }] of heads) {
    const replies = [...known.messages.values()].filter(({ thread }) => thread === ts).length
    const shown = written.find((one) => one.ts === ts)
    expect([shown?.reply_count ?? 0, (shown?.reactions as { count: number }[] | undefined)?.[0]?.count ?? 0]).toEqual([
      replies,
      reactions.size,
    ])
  }
}

const KINDS = [
  'create',
  'post',
  'post',
  'reply',
  'update',
  'delete',
  'react',
  'join',
  'invite',
  'leave',
  'archive',
  'restore',
  'fault',
]

test('whatever is done in channels, the workspace is where a small model says', async () => {
  const act = fc.tuple(fc.constantFrom(...KINDS), fc.constantFrom(...NAMES), fc.nat(3)).map((of) => new Act(...of))
  await fc.assert(
    fc.asyncProperty(fc.commands([act], { maxCommands: 30 }), async (acts) => {
      const setup = openWorkspace({ ...SEED, channels: [] })
      await fc.asyncModelRun(
        () => ({ model: { channels: new Map<string, Channel>() }, real: { setup, ids: new Map<string, string>() } }),
        acts,
      )
    }),
    { seed: 20261126, numRuns: 25 },
  )
})
