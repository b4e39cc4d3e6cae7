import { afterAll, expect, test } from 'vitest'
import { certify } from '../../../scenarios/certificate.ts'
import { createStage, type Stage } from '../../../scenarios/stage.ts'
import { nodeSubject } from '../../../scenarios/subject/process.ts'
import { s3 } from '../../../twins/s3/index.ts'
import { sqs } from '../../../twins/sqs/index.ts'
import type { TwinDefinition } from '../../../twins/twin.ts'
import { REPOSITORY } from '../../support/cli.ts'
import { call, fault, pass, scenario } from '../support/stories.ts'

const open: Stage[] = []
const stageOf = (env: Readonly<Record<string, string>> = {}, fresh = false): Stage => {
  const stage = createStage({
    subject: (zone) =>
      nodeSubject({
        cwd: REPOSITORY,
        entry: 'test/fixtures/subjects/aws-uploads.mjs',
        env: { PORT: '3000', ...zone, ...env },
      }),
    twins: [s3, sqs] as readonly unknown[] as readonly TwinDefinition<unknown>[],
    isolation: fresh ? 'fresh' : 'restart',
  })
  open.push(stage)
  return stage
}
afterAll(() => {
  for (const stage of open) stage.close()
})

/** An upload that is throttled once, told twice, and worked on while a delete is lost. */
const story = scenario(
  [
    fault({ on: 's3.objects.put', kind: 'status', status: 503, nth: 1 }),
    fault({ on: 's3.webhook', kind: 'duplicate', byMs: 1_000 }),
    fault({ on: 'sqs.messages.delete', kind: 'answer-lost', nth: 1 }),
    call('upload', '/a%20b.txt', { body: { text: 'grün' } }),
    call('large', '/large', { body: { text: 'x'.repeat(200_000) } }),
    pass(50_000),
    call('done', '/', { method: 'GET' }),
  ],
  {
    given: {
      s3: {
        buckets: [
          { name: 'shop', notifications: [{ queue: 'uploads', events: ['s3:ObjectCreated:*'], prefix: 'in/' }] },
        ],
      },
      sqs: { queues: [{ name: 'uploads' }] },
    },
  },
)

test('the vendor’s SDK, unmodified, uploads, polls and works in virtual time, and the run earns its certificate', async () => {
  const stage = stageOf()
  const run = await stage.run(story, { seed: '7' })
  expect(run.ending.message).toBe('the horizon is reached')
  expect(run.trace.filter(({ type }) => type === 'app.log').map(({ fields }) => fields.text)).toEqual([])
  expect(run.escapes).toEqual([])
  expect(run.answers.upload).toMatchObject({ status: 201 })
  expect(run.answers.done).toMatchObject({
    status: 200,
    body: { keys: ['out/a%20b.txt', 'out/large'], sizes: [5, 200_000] },
  })
  expect(run.answers.large).toMatchObject({ status: 201 })
  // A worker that listens has not been left without an answer.
  expect(run.pending).toEqual([])
  const count = (wanted: string): number => run.trace.filter(({ type }) => type === wanted).length
  expect([count('sqs.message.received'), count('sqs.message.deleted')]).toEqual([4, 4])
  expect([count('call.malformed'), count('call.broken')]).toEqual([0, 1])
  const polls = run.trace.filter(({ type }) => type === 'sqs.messages.receive')
  expect(polls.length).toBeGreaterThan(150)
  const certificate = await certify(story, '3', stage, () =>
    stageOf({ TZ: 'Pacific/Chatham', LANG: 'de_DE.UTF-8' }, true),
  )
  expect(certificate).toMatchObject({ holds: true, divergence: undefined })
})
