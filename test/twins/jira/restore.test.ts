import { expect, test } from 'vitest'
import type { Seed } from '../../../twins/jira/given.ts'
import { jira } from '../../../twins/jira/index.ts'
import { fieldsOf } from '../../../twins/jira/state.ts'
import { canonical, type Json } from '../../../twins/trace.ts'
import { createWorld } from '../../../twins/world.ts'
import { call, openSite, SEED } from './support.ts'

const seed: Seed = { ...SEED, webhooks: [{ url: 'https://app.test/jira', events: ['jira:issue_created'] }] }
const copy = (snapshot: Json): Json => JSON.parse(JSON.stringify(snapshot)) as Json

test('what a site still has before it happens in another world too', async () => {
  const one = openSite(seed)
  await one.happen('issue.created', { project: 'ONB', summary: 'Laptop', assignee: 'Ada Lovelace' })
  const other = openSite(seed, '2')
  other.twin.restore(copy(one.twin.snapshot()))
  await other.world.clock.advance(60_000)
  expect(other.deliveries.map(({ body }) => fieldsOf(fieldsOf(JSON.parse(body)).issue).key)).toEqual(['ONB-1'])
  await other.happen('issue.created', { project: 'ONB', summary: 'Next' })
  expect(other.rows('issues').map(({ id, key }) => [id, key])).toEqual([
    ['10000', 'ONB-1'],
    ['10001', 'ONB-2'],
  ])
})

test('after a restore, what came later is gone, and does not come any more', async () => {
  const { twin, happen, world, deliveries, rows, send } = openSite(seed)
  const before = twin.snapshot()
  await happen('issue.created', { project: 'ONB', summary: 'Laptop' })
  twin.restore(copy(before))
  await world.clock.advance(60_000)
  expect([rows('issues'), deliveries]).toEqual([[], []])
  expect((await send(call('GET', '/rest/api/3/issue/ONB-1'))).status).toBe(404)
})

test.each([
  ['a list', []],
  ['tables that are none', { users: {} }],
  ['a row without an id', { users: [{}] }],
])('%s is no snapshot, and changes nothing', (_, snapshot) => {
  const { twin } = openSite()
  const before = canonical(twin.snapshot())
  expect(() => twin.restore(snapshot as Json)).toThrow(/jira: expected/)
  expect(canonical(twin.snapshot())).toBe(before)
})

test('a hundred thousand issues are kept and put back, and found by key', async () => {
  const twin = jira.create(createWorld({ seed: '1', startsAt: '2030-01-01T00:00:00Z' }), {
    projects: [{ key: 'ONB' }],
    issues: [{ project: 'ONB', summary: 'First' }],
  })
  const snapshot = fieldsOf(twin.snapshot())
  const [first] = snapshot.issues as readonly Json[]
  const issues = Array.from({ length: 100_000 }, (_, n) => ({
    ...fieldsOf(first),
    id: String(10_000 + n),
    key: `ONB-${n + 1}`,
  }))
  twin.restore({ ...snapshot, issues })
  twin.restore(twin.snapshot())
  const answer = await twin.fetch(call('GET', '/rest/api/3/issue/ONB-99999?fields=summary'))
  expect(await answer.json()).toMatchObject({ key: 'ONB-99999' })
})
