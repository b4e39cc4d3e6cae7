import { expect, test } from 'vitest'
import { openWorkspace, refusal, SEED } from './support.ts'

const person = () => {
  const setup = openWorkspace({
    ...SEED,
    tokens: [{ token: 'xoxb-bot' }, { token: 'xoxp-ada', type: 'user', user: 'ada' }],
  })
  return { ...setup, web: setup.client('xoxp-ada') }
}

test('who snoozes is left alone until then, and says so to nobody else', async () => {
  const { web, client, world } = person()
  expect(await refusal(web.dnd.endSnooze())).toMatchObject({ error: 'snooze_not_active' })
  expect(await web.dnd.setSnooze({ num_minutes: 10 })).toMatchObject({ snooze_enabled: true, snooze_remaining: 600 })
  await world.clock.advance(60_000)
  expect(await web.dnd.info()).toMatchObject({ snooze_enabled: true, snooze_remaining: 540 })
  expect(await client().dnd.info({ user: 'U0ADA000001' })).not.toHaveProperty('snooze_enabled')
  expect(await web.dnd.teamInfo({ users: 'U0ADA000001,U0NOBODY001' })).toMatchObject({
    users: { U0ADA000001: { dnd_enabled: false } },
  })
  await world.clock.advance(600_000)
  expect(await web.dnd.info()).toMatchObject({ snooze_enabled: false })
})

test('reminders are kept for people, until they are done with', async () => {
  const { web, client } = person()
  expect(await refusal(client().reminders.list())).toMatchObject({ error: 'not_allowed_token_type' })
  const add = (time: string, user?: string) =>
    web.reminders.add({ text: 'Eat a banana', time, ...(user === undefined ? {} : { user }) })
  expect(await refusal(add('in a while'))).toMatchObject({ error: 'cannot_parse' })
  expect(await refusal(add('1700000000'))).toMatchObject({ error: 'time_in_past' })
  expect(await refusal(add('60', 'U0BOT000001'))).toMatchObject({ error: 'cannot_add_bot' })
  const { reminder } = await add('60')
  expect(reminder).toMatchObject({ creator: 'U0ADA000001', recurring: false, complete_ts: 0 })
  const id = reminder?.id ?? ''
  await web.reminders.complete({ reminder: id })
  expect((await web.reminders.info({ reminder: id })).reminder?.complete_ts).toBeGreaterThan(0)
  await web.reminders.delete({ reminder: id })
  expect((await web.reminders.list()).reminders).toEqual([])
  expect(await refusal(web.reminders.info({ reminder: id }))).toMatchObject({ error: 'not_found' })
})

test('a person’s token knows whose it is', async () => {
  const { web } = person()
  expect(await web.users.identity({})).toMatchObject({ user: { id: 'U0ADA000001', name: 'Ada Lovelace' } })
})
