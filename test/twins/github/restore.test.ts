import { expect, test } from 'vitest'
import { github } from '../../../twins/github/index.ts'
import { canonical, type Json } from '../../../twins/trace.ts'
import { createWorld } from '../../../twins/world.ts'
import { ACME, APP, openHub } from './support.ts'

test('all that GitHub knows comes back in another world', async () => {
  const hub = openHub(ACME)
  await hub.octokit.rest.issues.create({ ...APP, title: 'One' })
  const { data } = await hub.octokit.rest.repos.get(APP)
  const other = openHub({ viewer: 'ada' }, '2')
  other.twin.restore(hub.twin.snapshot())
  expect(canonical(other.twin.snapshot())).toBe(canonical(hub.twin.snapshot()))
  // By name, by number, by node id, and counting on.
  expect((await other.octokit.rest.repos.get(APP)).data.id).toBe(data.id)
  expect((await other.octokit.request('GET /repositories/{id}', { id: data.id })).data.full_name).toBe('acme/app')
  const found = await other.octokit.graphql('query($id: ID!) { node(id: $id) { id } }', { id: data.node_id })
  expect(found).toEqual({ node: { id: data.node_id } })
  expect((await other.octokit.rest.issues.create({ ...APP, title: 'Two' })).data.number).toBe(2)
})

test('after a restore, what came later is gone', async () => {
  const hub = openHub(ACME)
  const before = hub.twin.snapshot()
  await hub.octokit.rest.issues.create({ ...APP, title: 'One' })
  hub.twin.restore(before)
  await expect(hub.octokit.rest.issues.get({ ...APP, issue_number: 1 })).rejects.toMatchObject({ status: 404 })
})

test.each([
  ['a list', []],
  ['rows without keys', { repos: [{}] }],
  ['rows that are none', { repos: [['a', 1]] }],
])('%s is no snapshot', (_, snapshot) => {
  expect(() => openHub().twin.restore(snapshot as Json)).toThrow('expected')
})

test('100,000 entities are put away and taken out again in a moment', () => {
  const twin = github.create(createWorld({ seed: '1', startsAt: '2030-01-01T00:00:00Z' }), {})
  const issues = Array.from({ length: 100_000 }, (_, n) => [
    String(n),
    { id: n, number: n, title: `t${n}`, state: 'open' },
  ])
  twin.restore({ 'repos/acme/app/issues': issues as Json })
  const best = Math.min(
    ...Array.from({ length: 5 }, () => {
      const cpu = process.cpuUsage()
      twin.restore(twin.snapshot())
      const { user, system } = process.cpuUsage(cpu)
      return (user + system) / 1000
    }),
  )
  // The aim is 100 ms on a quiet machine; here only that it is no matter of seconds.
  expect(best).toBeLessThan(1_000)
  process.stderr.write(`snapshot and restore of 100,000 issues: ${best.toFixed(0)} ms of CPU\n`)
})
