import { expect, test } from 'vitest'
import { s3 } from '../../../twins/s3/index.ts'
import { canonical, type Json } from '../../../twins/trace.ts'
import { createWorld } from '../../../twins/world.ts'

const open = () =>
  s3.create(createWorld({ seed: '1', startsAt: '2030-01-01T00:00:00Z' }), {
    buckets: [
      {
        name: 'shop',
        versioning: true,
        objects: [
          { key: 'text', text: 'grün' },
          { key: 'bytes', base64: '/wD+' },
        ],
      },
    ],
  })

test('text and bytes come through a snapshot as they were', () => {
  const [from, to] = [open(), s3.create(createWorld({ seed: '2', startsAt: '2031-01-01T00:00:00Z' }), {})]
  to.restore(JSON.parse(JSON.stringify(from.snapshot())))
  expect(canonical(to.snapshot())).toBe(canonical(from.snapshot()))
  expect(from.snapshot()).toMatchObject({
    objects: [
      { key: 'text', body: { text: 'grün' }, size: 5 },
      { key: 'bytes', body: { base64: '/wD+' }, size: 3 },
    ],
  })
})

test.each<readonly [string, (state: Record<string, Json>) => Json]>([
  ['not an object', () => 7],
  ['without its buckets', ({ buckets: _, ...rest }) => rest],
  ['with more than it has', (state) => ({ ...state, extra: [] })],
])('a snapshot %s is refused', (_, spoil) => {
  const twin = open()
  const state = twin.snapshot() as Record<string, Json>
  expect(() => twin.restore(spoil(state))).toThrow()
})

test('notifications on their way come after a restore as well, and once', async () => {
  const world = createWorld({ seed: '1', startsAt: '2030-01-01T00:00:00Z' })
  const twin = s3.create(world, {
    buckets: [{ name: 'shop', notifications: [{ queue: 'uploads', events: ['s3:ObjectCreated:*'] }] }],
  })
  const sent = (): number => world.trace.events.filter(({ type }) => type === 's3.notification.sent').length
  const before = twin.snapshot()
  twin.happen('object.created', { bucket: 'shop', key: 'a', text: 'x' })
  const snapshot = twin.snapshot()
  twin.restore(JSON.parse(JSON.stringify(snapshot)))
  await world.clock.advance(10_000)
  expect(sent()).toBe(1)
  twin.restore(snapshot)
  twin.restore(before)
  await world.clock.advance(10_000)
  expect(sent()).toBe(1)
})

test('many objects are kept and put back', () => {
  const many = Array.from({ length: 20_000 }, (_, n) => ({ key: `k/${n}`, text: 'x' }))
  const world = createWorld({ seed: '1', startsAt: '2030-01-01T00:00:00Z' })
  const twin = s3.create(world, { buckets: [{ name: 'shop', objects: many }] })
  const snapshot = twin.snapshot()
  twin.restore(snapshot)
  expect((twin.snapshot() as { objects: unknown[] }).objects).toHaveLength(20_000)
})
