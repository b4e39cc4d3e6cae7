import { afterAll, expect, test } from 'vitest'
import { certify } from '../../../scenarios/certificate.ts'
import type { Step } from '../../../scenarios/scenario.ts'
import { createStage, type Stage } from '../../../scenarios/stage.ts'
import { nodeSubject } from '../../../scenarios/subject/process.ts'
import { slack } from '../../../twins/slack/index.ts'
import type { Json } from '../../../twins/trace.ts'
import type { TwinDefinition } from '../../../twins/twin.ts'
import { REPOSITORY } from '../../support/cli.ts'
import { call, fault, pass, place, scenario } from '../support/stories.ts'

const open: Stage[] = []
const stageOf = (env: Readonly<Record<string, string>> = {}, fresh = false): Stage => {
  const stage = createStage({
    subject: (zone) =>
      nodeSubject({
        cwd: REPOSITORY,
        entry: 'test/fixtures/subjects/slack-bot.mjs',
        env: { PORT: '3000', SLACK_BOT_TOKEN: 'xoxb-bot', SLACK_SIGNING_SECRET: 's3cret', ...zone, ...env },
      }),
    twins: [slack] as readonly unknown[] as readonly TwinDefinition<unknown>[],
    port: 3000,
    publicOrigin: 'https://subject.example.test',
    isolation: fresh ? 'fresh' : 'restart',
  })
  open.push(stage)
  return stage
}
afterAll(() => {
  for (const stage of open) stage.close()
})

const happens = (event: string, fields: { readonly [name: string]: Json }): Step => ({
  kind: 'event',
  id: event,
  atMs: undefined,
  place,
  twin: 'slack',
  event,
  fields,
})
const APP = 'https://subject.example.test/slack/events'
/** An alert that is limited first, taken by a button, and a question whose event comes twice. */
const story = scenario(
  [
    fault({ on: 'slack.chat.postMessage', kind: 'rate-limit', retryAfterMs: 30_000, nth: 1 }),
    fault({ on: 'slack.webhook', kind: 'duplicate', byMs: 2_000, where: { type: 'app_mention' } }),
    call('alert', '/alert'),
    happens('action.taken', { user: 'ada', channel: 'ops', action: 'take' }),
    pass(5_000),
    happens('message.posted', { user: 'ada', channel: 'ops', text: '<@U0BOT000001> are you there?' }),
    pass(60_000),
  ],
  {
    given: {
      slack: {
        app: { signing_secret: 's3cret', bot_user: 'U0BOT000001' },
        users: [{ id: 'U0ADA000001', name: 'ada' }],
        channels: [{ id: 'C0OPS000001', name: 'ops', members: ['ada', 'U0BOT000001'] }],
        events: { url: APP, types: ['app_mention'] },
        interactivity: { url: APP },
      },
    },
  },
)

test('Slack’s own framework and client, unmodified, run in virtual time, and the run earns its certificate', async () => {
  const stage = stageOf()
  const run = await stage.run(story, { seed: '7' })
  expect(run.ending.message).toBe('the horizon is reached')
  expect(run.escapes).toEqual([])
  expect(run.answers.alert).toMatchObject({ status: 201 })
  const { messages } = run.states.slack as { messages: { text: string }[] }
  // A bot that answers each event answers twice when one comes twice: Slack says so.
  expect(messages.map(({ text }) => text)).toEqual([
    'Taken by <@U0ADA000001>',
    '<@U0BOT000001> are you there?',
    'Hello <@U0ADA000001>',
    'Hello <@U0ADA000001>',
  ])
  const certificate = await certify(story, '3', stage, () =>
    stageOf({ TZ: 'Pacific/Chatham', LANG: 'de_DE.UTF-8' }, true),
  )
  expect(certificate).toMatchObject({ holds: true, divergence: undefined })
})
