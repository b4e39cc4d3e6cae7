import { expect, test } from 'vitest'
import { ADA, GRACE, openAccount } from './support.ts'

const LISTS = ['bounces', 'blocks', 'spam_reports', 'unsubscribes', 'invalid_emails'] as const

test.each(LISTS)('who is on the list of %s is seen there, taken off by name, and all at once', async (name) => {
  const { call } = openAccount({ suppressions: { [name]: [ADA, GRACE] } })
  const path = `/suppression/${name}`
  expect((await call('GET', path))[1]).toMatchObject([{ email: ADA, created: 1893456000 }, { email: GRACE }])
  expect((await call('GET', `${path}/${ADA}`))[1]).toMatchObject([{ email: ADA }])
  expect((await call('DELETE', `${path}/${ADA}`))[0]).toBe(204)
  expect((await call('DELETE', `${path}/${ADA}`))[0]).toBe(404)
  expect((await call('GET', `${path}/${ADA}`))[1]).toEqual([])
  expect((await call('DELETE', path, {}))[0]).toBe(400)
  expect((await call('DELETE', path, { emails: [GRACE] }))[0]).toBe(204)
  expect((await call('GET', path))[1]).toEqual([])
})

test('who wants nothing is added; a batch, a version and a list are seen and changed', async () => {
  const { call, world } = openAccount({ authenticated_domains: ['shop.test'], webhook: { url: 'https://shop.test/e' } })
  expect(await call('POST', '/asm/suppressions/global', { recipient_emails: [ADA] })).toEqual([
    201,
    { recipient_emails: [ADA] },
  ])
  expect((await call('GET', '/suppression/unsubscribes'))[1]).toMatchObject([{ email: ADA }])

  const [, batch] = await call('POST', '/mail/batch')
  const { batch_id } = batch as { readonly batch_id: string }
  expect((await call('GET', `/user/scheduled_sends/${batch_id}`))[1]).toEqual([])
  await call('POST', '/user/scheduled_sends', { batch_id, status: 'pause' })
  expect((await call('GET', `/user/scheduled_sends/${batch_id}`))[1]).toEqual([{ batch_id, status: 'pause' }])

  const [, template] = await call('POST', '/templates', { name: 'Receipt', generation: 'dynamic' })
  const home = `/templates/${(template as { readonly id: string }).id}/versions`
  const [, version] = await call('POST', home, { name: 'one', subject: 'A', html_content: '<p>A</p>' })
  const at = `${home}/${(version as { readonly id: string }).id}`
  expect((await call('PATCH', at, { subject: 'B' }))[1]).toMatchObject({ name: 'one', subject: 'B' })
  expect((await call('GET', at))[1]).toMatchObject({ subject: 'B', html_content: '<p>A</p>' })
  expect([(await call('DELETE', at))[0], (await call('GET', at))[0]]).toEqual([204, 404])

  const [, list] = await call('POST', '/marketing/lists', { name: 'Old' })
  const { id } = list as { readonly id: string }
  expect((await call('PATCH', `/marketing/lists/${id}`, { name: 'New' }))[1]).toMatchObject({ id, name: 'New' })
  expect((await call('GET', '/marketing/lists'))[1]).toMatchObject({ result: [{ name: 'New' }] })
  await call('PUT', '/marketing/contacts', { contacts: [{ email: ADA }] })
  await world.clock.advance(10_000)
  const [, contacts] = await call('GET', '/marketing/contacts')
  const [contact] = (contacts as { readonly result: readonly { readonly id: string }[] }).result
  expect((await call('GET', `/marketing/contacts/${contact?.id}`))[1]).toMatchObject({ email: ADA })

  expect((await call('GET', '/user/webhooks/event/settings'))[1]).toMatchObject({ enabled: true, bounce: true })
  expect((await call('GET', '/user/webhooks/event/settings/signed'))[1]).toEqual({ public_key: '' })
  expect((await call('GET', '/whitelabel/domains'))[1]).toMatchObject([{ domain: 'shop.test', valid: true }])
})
