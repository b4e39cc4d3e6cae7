import { z } from 'zod'
import { sendgrid } from '../../../twins/sendgrid/index.ts'
import { runTwinTests, type Stage } from '../../conformance/twins.ts'

const request = (
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Request =>
  new Request(`https://api.sendgrid.com/v3${path}`, {
    method,
    headers: { Authorization: 'Bearer SG.test', 'Content-Type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
const mail = {
  personalizations: [{ to: [{ email: 'ada@example.test' }] }],
  from: { email: 'shop@example.test' },
  subject: 'Hello',
  content: [{ type: 'text/plain', value: 'Hi' }],
}
const post =
  (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  ({ twin }: Stage): unknown =>
    twin.fetch(request('POST', '/mail/send', body, headers))

runTwinTests({
  twin: sendgrid,
  // Unsigned: signing blinds itself with real entropy that never shows; that signatures repeat is tested beside the SDK's verifier.
  seed: { webhook: { url: 'https://shop.test/mail-events' }, bouncing: ['gone@example.test'] },
  async story({ send, world, twin }) {
    await send(request('POST', '/mail/send', mail))
    await send(request('POST', '/mail/send', { ...mail, personalizations: [{ to: [{ email: 'gone@example.test' }] }] }))
    await send(request('POST', '/mail/send', { ...mail, subject: undefined }))
    await world.clock.advance(60_000)
    await world.within({ step: 'open', key: 'open' }, () => twin.happen('mail.opened', { to: 'ada@example.test' }))
    await send(request('GET', '/suppression/bounces'))
    await send(request('DELETE', '/suppression/bounces/gone@example.test'))
    await send(request('GET', '/user/webhooks/event/settings'))
    await world.clock.advance(60_000)
  },
  gaps: {
    'dynamic templates': post({ ...mail, template_id: 'd-1' }),
    'scheduled sends': post({ ...mail, send_at: 1 }),
    'unsubscribe groups': post({ ...mail, asm: { group_id: 1 } }),
    'IP pools': post({ ...mail, ip_pool_name: 'x' }),
    subusers: post(mail, { 'On-Behalf-Of': 'someone' }),
  },
  failureBody: z.strictObject({
    errors: z.array(z.strictObject({ message: z.string(), field: z.null(), help: z.null() })).min(1),
  }),
})
