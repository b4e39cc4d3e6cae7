import { expect, test } from 'vitest'
import { ADA, GRACE, mail, openAccount } from './support.ts'

const soon = 10_000
const idOf = (answer: readonly [number, unknown], name = 'id'): string =>
  String((answer[1] as { readonly [name: string]: unknown })[name])

test('a job of contacts is pending until it is done, and says what came of it', async () => {
  const { call, world } = openAccount()
  const list = idOf(await call('POST', '/marketing/lists', { name: 'Customers' }))
  const put = (emails: readonly string[]) =>
    call('PUT', '/marketing/contacts', { list_ids: [list], contacts: emails.map((email) => ({ email })) })
  const first = idOf(await put([ADA]), 'job_id')
  expect(await call('GET', `/marketing/contacts/imports/${first}`)).toMatchObject([
    200,
    { id: first, status: 'pending', job_type: 'upsert' },
  ])
  await world.clock.advance(soon)
  const second = idOf(await put([ADA, GRACE]), 'job_id')
  await world.clock.advance(soon)
  expect((await call('GET', `/marketing/contacts/imports/${second}`))[1]).toMatchObject({
    status: 'completed',
    results: { requested_count: 2, created_count: 1, updated_count: 1, errored_count: 0 },
  })
  expect((await call('GET', `/marketing/lists/${list}/contacts/count`))[1]).toMatchObject({ contact_count: 2 })
  const [, all] = await call('GET', '/marketing/contacts')
  const { result } = all as { readonly result: readonly { readonly id: string; readonly email: string }[] }
  expect(result.map(({ email }) => email)).toEqual([ADA, GRACE])
  const [ada, grace] = result.map(({ id }) => id)
  expect((await call('DELETE', `/marketing/lists/${list}/contacts?contact_ids=${ada}`))[0]).toBe(202)
  const gone = idOf(await call('DELETE', `/marketing/contacts?ids=${grace},none`), 'job_id')
  expect((await call('GET', '/marketing/contacts/count'))[1]).toMatchObject({ contact_count: 2 })
  await world.clock.advance(soon)
  expect((await call('GET', '/marketing/contacts/count'))[1]).toMatchObject({ contact_count: 1 })
  expect((await call('GET', `/marketing/lists/${list}/contacts/count`))[1]).toMatchObject({ contact_count: 0 })
  expect((await call('GET', `/marketing/contacts/imports/${gone}`))[1]).toMatchObject({
    job_type: 'delete',
    results: { requested_count: 2, deleted_count: 1 },
  })
})

test('a contact has the fields that all have and those that were defined, and no others', async () => {
  const { call, world } = openAccount()
  const put = (contact: object) =>
    call('PUT', '/marketing/contacts', { contacts: [{ email: ADA, ...contact } as never] })
  const field = idOf(await call('POST', '/marketing/field_definitions', { name: 'shoe_size', field_type: 'Number' }))
  expect(field).toBe('e1_N')
  expect((await put({ shoe_size: 38 }))[0]).toBe(400)
  expect((await put({ custom_fields: { e9_N: 38 } }))[0]).toBe(400)
  expect((await put({ first_name: 'Ada', custom_fields: { [field]: 38 } }))[0]).toBe(202)
  await world.clock.advance(soon)
  expect((await call('POST', '/marketing/contacts/search/emails', { emails: [ADA] }))[1]).toMatchObject({
    result: { [ADA]: { contact: { first_name: 'Ada', custom_fields: { e1_N: 38 } } } },
  })
  expect((await call('GET', '/marketing/field_definitions'))[1]).toMatchObject({
    custom_fields: [{ name: 'shoe_size' }],
  })
  expect((await call('PATCH', `/marketing/field_definitions/${field}`, { name: 'size' }))[1]).toMatchObject({
    name: 'size',
  })
  expect((await call('DELETE', `/marketing/field_definitions/${field}`))[0]).toBe(204)
  expect((await call('POST', '/marketing/field_definitions', { name: 'x', field_type: 'Blob' }))[0]).toBe(400)
})

test('a domain may send once its records are found, whoever the sender is', async () => {
  const { call, mailed, happen } = openAccount({ verified_senders: [] })
  await expect(mailed(mail)).rejects.toMatchObject({ code: 403 })
  const made = await call('POST', '/whitelabel/domains', { domain: 'example.test', subdomain: 'news', default: true })
  expect(made).toMatchObject([
    201,
    { valid: false, default: true, dns: { mail_cname: { type: 'cname', host: 'news.example.test', valid: false } } },
  ])
  const id = idOf(made)
  const validate = () => call('POST', `/whitelabel/domains/${id}/validate`)
  expect(await validate()).toMatchObject([200, { valid: false, validation_results: { dkim1: { valid: false } } }])
  await happen('domain.published', { to: 'example.test' })
  await expect(mailed(mail)).rejects.toMatchObject({ code: 403 })
  expect(await validate()).toMatchObject([200, { valid: true, validation_results: { dkim1: { reason: null } } }])
  expect((await mailed(mail))[0].statusCode).toBe(202)
  expect((await call('GET', '/whitelabel/domains/default'))[1]).toMatchObject([{ domain: 'example.test' }])
  const other = await call('POST', '/whitelabel/domains', { domain: 'other.test', automatic_security: false })
  expect(Object.keys((other[1] as { readonly dns: object }).dns)).toEqual(['mail_server', 'subdomain_spf', 'dkim'])
  await call('PATCH', `/whitelabel/domains/${idOf(other)}`, { default: true })
  expect((await call('GET', `/whitelabel/domains/${id}`))[1]).toMatchObject({ default: false })
  expect((await call('DELETE', `/whitelabel/domains/${id}`))[0]).toBe(204)
  await expect(mailed(mail)).rejects.toMatchObject({ code: 403 })
})

test('a domain of the seed may send, and others may not', async () => {
  const { mailed } = openAccount({ authenticated_domains: ['example.test'] })
  expect((await mailed(mail))[0].statusCode).toBe(202)
  await expect(mailed({ ...mail, from: 'shop@other.test' })).rejects.toMatchObject({ code: 403 })
})
