import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Client } from '@okta/okta-sdk-nodejs'
import { afterEach, expect } from 'vitest'
import type { Seed } from '../../../twins/okta/state.ts'
import { openOrg, type Setup } from './support.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

/** The vendor's SDK, unmodified, whose requests a local server hands to the twin at the org's own host. */
export async function openClient(seed: Seed = {}): Promise<Setup & { readonly client: Client; fail: number }> {
  const setup = { ...openOrg(seed), fail: 0 }
  const server = createServer(async (incoming, outgoing) => {
    const parts: Buffer[] = []
    for await (const part of incoming) parts.push(part as Buffer)
    const body = Buffer.concat(parts)
    const headers = Object.entries(incoming.headers).flatMap(([name, value]): [string, string][] =>
      typeof value === 'string' && name !== 'connection' && name !== 'host' ? [[name, value]] : [],
    )
    const limited = setup.fail > 0
    setup.fail -= 1
    const key = `sdk ${incoming.method} ${incoming.url} ${setup.world.trace.events.length}`
    const answer = limited
      ? setup.twin.failure(429, 0)
      : await setup.world.within({ step: key, key }, async () =>
          setup.twin.fetch(
            new Request(`https://acme.okta.com${incoming.url}`, {
              method: incoming.method ?? 'GET',
              headers,
              ...(body.length === 0 ? {} : { body }),
            }),
          ),
        )
    // Links lead back to where the SDK reached the twin.
    const { port } = server.address() as AddressInfo
    const here = (text: string): string => text.replaceAll('https://acme.okta.com', `http://localhost:${port}`)
    outgoing.writeHead(
      answer.status,
      Object.fromEntries([...answer.headers].map(([name, value]) => [name, here(value)])),
    )
    outgoing.end(await answer.text())
  })
  await new Promise<void>((resolve) => server.listen(0, resolve))
  servers.push(server)
  const { port } = server.address() as AddressInfo
  const client = new Client({
    orgUrl: `http://localhost:${port}`,
    token: 'token',
    testing: { disableHttpsCheck: true },
  } as never)
  return Object.assign(setup, { client })
}

/** One call of the SDK: `api.method`, what it is given beside what is known by now, and what comes of it. */
export type Step = readonly [
  call: string,
  given?: object,
  then?: {
    /** The name under which the id of the answer, or of its first row, is known from here on; `keyed` says where the id stands, if not in `id`. */
    readonly keep?: string
    readonly keyed?: string
    readonly is?: object | undefined
    /** The status of the refusal. */
    readonly fails?: number
  },
]
type Call = (given: object) => Promise<unknown>
type Paged = { each(use: (item: unknown) => void): Promise<void> }
const isPaged = (value: unknown): value is Paged =>
  typeof value === 'object' && value !== null && typeof (value as Partial<Paged>).each === 'function'

/** Walks through calls of the SDK, each with the ids of those before. */
export async function walk(client: Client, steps: readonly Step[], known: Record<string, unknown> = {}): Promise<void> {
  const apis = client as unknown as Readonly<Record<string, Readonly<Record<string, Call>>>>
  for (const [name, given = {}, { keep, keyed = 'id', is, fails } = {}] of steps) {
    const [api = '', method = ''] = name.split('.')
    const call = apis[api]?.[method]
    if (call === undefined) throw new Error(`expected the SDK to have ${name}, got nothing`)
    const asked = call.call(apis[api], { ...known, ...given })
    if (fails !== undefined) {
      await expect(asked, name).rejects.toMatchObject({ status: fails })
      continue
    }
    const answer = await asked.catch((error: unknown) => {
      throw new Error(`${name}: ${String(error)}`, { cause: error })
    })
    let result = answer
    if (isPaged(answer)) {
      const items: unknown[] = []
      await answer.each((item) => void items.push(item))
      result = items
    }
    if (is !== undefined) expect(result, name).toMatchObject(is)
    const one = Array.isArray(result) ? (result as readonly unknown[])[0] : result
    if (keep !== undefined) known[keep] = (one as Record<string, unknown>)[keyed]
  }
}

/** The usual walk: made, read, listed, put anew, switched off and on and off where that is done, deleted, and gone. */
export function life(
  api: string,
  thing: string,
  id: string,
  body: string,
  first: object,
  more: {
    readonly second?: object
    readonly switches?: boolean
    readonly plural?: string
    readonly keyed?: string
    readonly lists?: boolean
    readonly shows?: object
    readonly inside?: readonly Step[]
  } = {},
): readonly Step[] {
  const { second, switches = false, plural = `${thing}s`, keyed = 'id', lists = true, shows = {}, inside = [] } = more
  return [
    [`${api}.create${thing}`, { [body]: first }, { keep: id, keyed, is: shows }],
    [`${api}.get${thing}`, {}, { is: shows }],
    ...(lists ? [[`${api}.list${plural}`] as Step] : []),
    ...(second === undefined ? [] : [[`${api}.replace${thing}`, { [body]: second }] as Step]),
    ...inside,
    ...(switches
      ? [
          [`${api}.deactivate${thing}`] as Step,
          [`${api}.activate${thing}`] as Step,
          [`${api}.deactivate${thing}`] as Step,
        ]
      : []),
    [`${api}.delete${thing}`],
    [`${api}.get${thing}`, {}, { fails: 404 }],
  ]
}
