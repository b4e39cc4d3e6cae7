import { z } from 'zod'
import { sendgrid } from '../../../twins/sendgrid/index.ts'
import type { Json } from '../../../twins/trace.ts'
import { runTwinTests, type Stage } from '../../conformance/twins.ts'
import { ask } from './support.ts'

const mail = {
  personalizations: [{ to: [{ email: 'ada@example.test' }] }],
  from: { email: 'shop@example.test' },
  subject: 'Hello',
  content: [{ type: 'text/plain', value: 'Hi' }],
}
const post =
  (body: Json, headers: Readonly<Record<string, string>> = {}) =>
  ({ twin }: Stage): unknown =>
    twin.fetch(ask('POST', '/mail/send', body, headers))

const TEMPLATE = `d-${'0'.repeat(32)}`
const get =
  (path: string, method = 'GET') =>
  ({ twin }: Stage): unknown =>
    twin.fetch(ask(method, path))

runTwinTests({
  twin: sendgrid,
  // Unsigned: signing blinds itself with real entropy that never shows; that signatures repeat is tested beside the SDK's verifier.
  seed: {
    webhook: { url: 'https://shop.test/mail-events' },
    bouncing: ['gone@example.test'],
    templates: [{ id: TEMPLATE, subject: 'Hi {{name}}', html: '{{shout name}}' }],
    groups: [{ id: 7, name: 'News', unsubscribed: ['grace@example.test'] }],
  },
  async story({ send, world, twin }) {
    const happen = (event: string, to: string) =>
      world.within({ step: event, key: event }, () => twin.happen(event, { to }))
    await send(ask('POST', '/mail/send', mail))
    await send(ask('POST', '/mail/send', { ...mail, personalizations: [{ to: [{ email: 'gone@example.test' }] }] }))
    await send(ask('POST', '/mail/send', { ...mail, subject: undefined }))
    await send(ask('POST', '/mail/send', { ...mail, asm: { group_id: 7 } }))
    await world.clock.advance(60_000)
    for (const event of ['mail.opened', 'mail.clicked', 'mail.left_group', 'mail.rejoined_group'])
      await happen(event, 'ada@example.test')
    await send(ask('GET', '/suppression/bounces'))
    await send(ask('DELETE', '/suppression/bounces/gone@example.test'))
    await send(ask('GET', '/user/webhooks/event/settings'))
    const batch = (await (await send(ask('POST', '/mail/batch'))).json()) as { batch_id: string }
    const send_at = Math.floor(world.clock.now() / 1000) + 60
    await send(ask('POST', '/mail/send', { ...mail, send_at, batch_id: batch.batch_id }))
    await send(ask('POST', '/user/scheduled_sends', { batch_id: batch.batch_id, status: 'cancel' }))
    const sender = {
      from_email: `shop${world.clock.now()}@example.test`,
      nickname: 'Shop',
      reply_to: 'shop@example.test',
    }
    await send(ask('POST', '/verified_senders', sender))
    await happen('sender.verified', sender.from_email)
    await send(ask('PUT', '/marketing/contacts', { contacts: [{ email: 'ada@example.test' }] }))
    await send(ask('GET', '/stats?start_date=2030-01-01'))
    await world.clock.advance(120_000)
  },
  gaps: {
    'legacy templates': post({ ...mail, template_id: '1' }),
    'a template that is not there': post({ ...mail, template_id: `d-${'1'.repeat(32)}` }),
    'other parts of Handlebars': post({ ...mail, template_id: TEMPLATE }),
    'substitutions and sections': post({ ...mail, sections: {} }),
    'IP pools': post({ ...mail, ip_pool_name: 'x' }),
    subusers: post(mail, { 'On-Behalf-Of': 'someone' }),
    'the region EU': ({ twin }) => twin.fetch(new Request('https://api.eu.sendgrid.com/v3/scopes')),
    'settings of tracking and mail': post({ ...mail, mail_settings: { footer: { enable: true } } }),
    'several event webhooks': get('/user/webhooks/event/settings/all'),
    'OAuth and tests of event webhooks': get('/user/webhooks/event/test', 'POST'),
    'branded links and addresses of one’s own': get('/whitelabel/links'),
    'marketing campaigns': get('/marketing/segments'),
    'raw mails that come in': ({ twin }) =>
      twin.fetch(
        ask('POST', '/user/webhooks/parse/settings', { hostname: 'a.test', url: 'https://a.test', send_raw: true }),
      ),
    'other statistics': get('/stats?start_date=2030-01-01&aggregated_by=week'),
  },
  failureBody: z.strictObject({
    errors: z.array(z.strictObject({ message: z.string(), field: z.null(), help: z.null() })).min(1),
  }),
})
