import { z } from 'zod'
import { carry } from './delivery.ts'
import type { Site } from './site.ts'
import type { ParseSetting } from './state.ts'

/** A mail that comes in: to a host whose mail SendGrid takes. */
type Received = {
  readonly from: string
  readonly to: string
  readonly subject?: string | undefined
  readonly text?: string | undefined
  readonly html?: string | undefined
  readonly cc?: string | undefined
  readonly attachments?:
    | readonly { readonly filename: string; readonly type?: string | undefined; readonly content: string }[]
    | undefined
}
export const receivedSchema: z.ZodType<Received> = z.strictObject({
  from: z.string(),
  to: z.string(),
  subject: z.string().optional(),
  text: z.string().optional(),
  html: z.string().optional(),
  cc: z.string().optional(),
  attachments: z
    .array(z.strictObject({ filename: z.string(), type: z.string().optional(), content: z.string() }))
    .optional(),
})

const addressOf = (text: string): string => /<([^>]+)>/.exec(text)?.[1] ?? text.trim()

/** Takes a mail apart and posts it: https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/setting-up-the-inbound-parse-webhook (2026-11-26). */
export function receive(site: Site, mail: Received): void {
  const host = addressOf(mail.to).split('@')[1]?.toLowerCase() ?? ''
  const setting = site.store.parse_settings.get(host)
  if (setting === undefined)
    throw new Error(
      `sendgrid.mail.received: expected a host whose mail is parsed, got "${host}". Say given.sendgrid.inbound, or create a setting before this event.`,
    )
  const id = site.world.id('', 22)
  const boundary = 'xYzZY'
  site.note('mail.received', { id, from: mail.from, to: mail.to, subject: mail.subject ?? '' })
  carry(
    site,
    site.store.deliveries.put({
      id,
      event: 'inbound',
      email: addressOf(mail.from),
      url: setting.url,
      signed: false,
      body: form(partsOf(site, setting, mail), boundary),
      type: `multipart/form-data; boundary=${boundary}`,
      attempt: 1,
      due_ms: site.now(),
    }),
  )
}

type Part = {
  readonly name: string
  readonly value: string
  readonly file?: { readonly name: string; readonly type: string }
}

function partsOf(site: Site, setting: ParseSetting, mail: Received): readonly Part[] {
  const { from, to, cc, subject = '', text, html, attachments = [] } = mail
  const domain = addressOf(from).split('@')[1] ?? ''
  const headers = [
    `Received: by mx.sendgrid.net; ${new Date(site.now()).toUTCString()}`,
    `From: ${from}`,
    `To: ${to}`,
    ...(cc === undefined ? [] : [`Cc: ${cc}`]),
    `Subject: ${subject}`,
    `Date: ${new Date(site.now()).toUTCString()}`,
    `Message-ID: <${site.world.id('', 16)}@${domain}>`,
    'MIME-Version: 1.0',
  ].join('\n')
  const said = {
    to,
    from,
    ...(cc === undefined ? {} : { cc }),
    subject,
    ...(text === undefined ? {} : { text }),
    ...(html === undefined ? {} : { html }),
  }
  const fields: Readonly<Record<string, string>> = {
    headers: `${headers}\n`,
    dkim: `{@${domain} : pass}`,
    ...said,
    sender_ip: '192.0.2.1',
    envelope: JSON.stringify({ to: [addressOf(to)], from: addressOf(from) }),
    attachments: String(attachments.length),
    charsets: JSON.stringify(Object.fromEntries(Object.keys(said).map((name) => [name, 'UTF-8']))),
    SPF: 'pass',
    ...(setting.spam_check ? { spam_score: '0.011', spam_report: 'Spam detection software: not spam.' } : {}),
    ...(attachments.length === 0 ? {} : { 'attachment-info': infoOf(attachments) }),
  }
  return [
    ...Object.entries(fields).map(([name, value]) => ({ name, value })),
    ...attachments.map(({ filename, type = 'application/octet-stream', content }, nth) => ({
      name: `attachment${nth + 1}`,
      value: content,
      file: { name: filename, type },
    })),
  ]
}

const infoOf = (attachments: NonNullable<Received['attachments']>): string =>
  JSON.stringify(
    Object.fromEntries(
      attachments.map(({ filename, type = 'application/octet-stream' }, nth) => [
        `attachment${nth + 1}`,
        { filename, name: filename, type },
      ]),
    ),
  )

const form = (parts: readonly Part[], boundary: string): string =>
  [
    ...parts.map(({ name, value, file }) =>
      [
        `--${boundary}`,
        `Content-Disposition: form-data; name="${name}"${file === undefined ? '' : `; filename="${file.name}"`}`,
        ...(file === undefined ? [] : [`Content-Type: ${file.type}`]),
        '',
        value,
      ].join('\r\n'),
    ),
    `--${boundary}--`,
    '',
  ].join('\r\n')
