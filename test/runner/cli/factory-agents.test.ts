import { expect, test } from 'vitest'
import { chooseAgents, type FactoryAgentFlags } from '../../../runner/cli/factory-agents.ts'
import { createHookClient } from '../../../runner/hook/client.ts'
import type { Exchange } from '../../../runner/hook/exchange.ts'
import { REAL } from '../../../runner/hook/real.ts'
import { type HookSettings, hookConfigOf, hookSchema } from '../../../runner/hook/settings.ts'
import { changeRequest, resultFor, SECRET } from '../hook/support.ts'

const URL_OF_AGENT = 'https://agent.example'
const hookOf = (more: object = {}): HookSettings => hookSchema.parse({ url: URL_OF_AGENT, ...more })
const environment = { HOOK_SECRET: SECRET }
const agentsOf = (hook: HookSettings | undefined, flags: FactoryAgentFlags = {}) =>
  chooseAgents(flags, { project: '.', hook, environment, note: () => undefined })

const secret = { 'secret-env': 'HOOK_SECRET' }
test.each([
  ['a secret, so its answers are signed', secret, true],
  ['a secret, and signed answers as asked', { ...secret, 'signed-answers': true }, true],
  ['a secret that we alone sign with', { ...secret, 'signed-answers': false }, false],
  ['no secret', {}, false],
])('an agent elsewhere is known only when it signs: %s', (_, more, known) => {
  expect(agentsOf(hookOf(more)).agent.known).toBe(known)
  expect(agentsOf(hookOf({ critic: { url: 'https://critic.example', ...more } })).critic?.known).toBe(known)
})

test('an agent at an address from the command line is not known', () => {
  expect(agentsOf(hookOf(secret), { agent: 'https://other.example' }).agent.known).toBe(false)
})

const answering =
  (status: number): Exchange =>
  async () => ({
    status,
    header: (name) => (name === 'content-type' ? 'application/json' : undefined),
    body: Buffer.from(JSON.stringify(status === 200 ? resultFor(changeRequest()) : {})),
  })
const asked = (more: object, status = 200) =>
  createHookClient(hookConfigOf(hookOf(more), environment), REAL, { exchange: answering(status) }).change(
    changeRequest({ budget: { deadline: '2999-01-01T00:00:00Z', timeoutMs: status === 503 ? 300 : 60_000 } }),
    { signal: new AbortController().signal },
  )

test('with a secret an answer that nobody signed is not taken, unless the settings say so', async () => {
  expect(await asked(secret)).toMatchObject({ kind: 'failed', code: 'bad-signature' })
  expect(await asked({ ...secret, 'signed-answers': false })).toMatchObject({ kind: 'result' })
})

test('what a proxy says on the way is not signed, and asked again; any other error has to be', async () => {
  expect(await asked(secret, 503)).not.toMatchObject({ code: 'bad-signature' })
  expect(await asked(secret, 404)).toMatchObject({ kind: 'failed', code: 'bad-signature' })
})
