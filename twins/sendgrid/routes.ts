import { notModelled, type TwinApp } from '../twin.ts'
import type { World } from '../world.ts'
import { send } from './delivery.ts'
import { GAPS } from './gaps.ts'
import { type Message, type Seed, type State, SUPPRESSIONS, type Suppression } from './state.ts'
import { errors, type Fault, fault, VERIFICATION_KEY } from './wire.ts'

/** Source: https://www.twilio.com/docs/sendgrid/api-reference/mail-send/limitations (2026-11-24). */
const PERSONALIZATIONS_MAX = 1000
const BYTES_MAX = 30 * 1024 * 1024
const HELP = 'http://sendgrid.com/docs/API_Reference/Web_API_v3/Mail/errors.html#message'

type Address = { readonly email?: unknown; readonly name?: unknown }
type Personalization = {
  readonly to?: unknown
  readonly cc?: unknown
  readonly bcc?: unknown
  readonly subject?: unknown
  readonly custom_args?: unknown
  readonly send_at?: unknown
  readonly dynamic_template_data?: unknown
}
type Mail = {
  readonly [key: string]: unknown
  readonly personalizations?: unknown
  readonly from?: unknown
  readonly subject?: unknown
  readonly content?: unknown
}

const KNOWN = [
  'personalizations',
  'from',
  'reply_to',
  'reply_to_list',
  'subject',
  'content',
  'attachments',
  'template_id',
  'headers',
  'categories',
  'custom_args',
  'send_at',
  'batch_id',
  'asm',
  'ip_pool_name',
  'mail_settings',
  'tracking_settings',
  'sections',
]

function checkKey(header: string | undefined, seed: Seed): Response | undefined {
  const key = /^Bearer (.+)$/.exec(header ?? '')?.[1]
  if (key === undefined) return errors(401, [fault('Permission denied, wrong credentials')])
  const valid = seed.keys === undefined ? key.startsWith('SG.') : seed.keys.includes(key)
  return valid ? undefined : errors(401, [fault('The provided authorization grant is invalid, expired, or revoked')])
}

const isEmail = (value: unknown): value is string =>
  typeof value === 'string' && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)

function refuseGaps(mail: Mail, people: readonly Personalization[]): void {
  if (mail.template_id !== undefined || people.some(({ dynamic_template_data }) => dynamic_template_data !== undefined))
    throw notModelled('sendgrid', GAPS, 'dynamic templates')
  if (mail.send_at !== undefined || mail.batch_id !== undefined || people.some(({ send_at }) => send_at !== undefined))
    throw notModelled('sendgrid', GAPS, 'scheduled sends')
  if (mail.asm !== undefined) throw notModelled('sendgrid', GAPS, 'unsubscribe groups')
  if (mail.ip_pool_name !== undefined) throw notModelled('sendgrid', GAPS, 'IP pools')
}

const listOf = (value: unknown): readonly Address[] => (Array.isArray(value) ? (value as readonly Address[]) : [])

/** The vendor's validation, in its order. Source: https://www.twilio.com/docs/sendgrid/api-reference/mail-send/errors (2026-11-24). */
function validate(mail: Mail, people: readonly Personalization[]): readonly Fault[] {
  const faults: Fault[] = []
  for (const key of Object.keys(mail))
    if (!KNOWN.includes(key)) faults.push(fault(`Additional property ${key} is not allowed`, null))
  if (people.length === 0)
    faults.push(
      fault(
        'The personalizations field is required and must have at least one personalization.',
        'personalizations',
        `${HELP}.personalizations`,
      ),
    )
  if (people.length > PERSONALIZATIONS_MAX)
    faults.push(
      fault(
        `The personalizations field cannot have more than ${PERSONALIZATIONS_MAX} personalizations.`,
        'personalizations',
        `${HELP}.personalizations`,
      ),
    )
  for (const [at, person] of people.entries()) {
    const to = listOf(person.to)
    if (to.length === 0)
      faults.push(
        fault(
          'The to array is required for all personalization objects, and must have at least one email object with a valid email address.',
          `personalizations.${at}.to`,
          `${HELP}.personalizations.to`,
        ),
      )
    for (const kind of ['to', 'cc', 'bcc'] as const) {
      for (const [index, { email }] of listOf(person[kind]).entries()) {
        if (!isEmail(email))
          faults.push(
            fault(
              'Does not contain a valid address.',
              `personalizations.${at}.${kind}.${index}.email`,
              `${HELP}.personalizations.${kind}`,
            ),
          )
      }
    }
    const all = (['to', 'cc', 'bcc'] as const).flatMap((kind) =>
      listOf(person[kind]).map(({ email }) => String(email).toLowerCase()),
    )
    if (new Set(all).size < all.length)
      faults.push(
        fault(
          'Each email address in the personalization block should be unique between to, cc, and bcc.',
          `personalizations.${at}`,
          `${HELP}.recipient-errors`,
        ),
      )
    if (mail.subject === undefined && person.subject === undefined)
      faults.push(
        fault(
          'The subject is required. You can get around this requirement if you use a template with a subject defined or if every personalization has a subject defined.',
          'subject',
          `${HELP}.subject`,
        ),
      )
  }
  const from = (mail.from ?? {}) as Address
  if (from.email === undefined)
    faults.push(
      fault(
        'The from object must be provided for every email send. It is an object that requires the email parameter, but may also contain a name parameter.  e.g. {"email" : "example@example.com"}  or {"email" : "example@example.com", "name" : "Example Recipient"}.',
        'from.email',
        `${HELP}.from`,
      ),
    )
  else if (!isEmail(from.email))
    faults.push(fault('The from email does not contain a valid address.', 'from.email', `${HELP}.from`))
  const content = listOf(mail.content) as readonly { readonly type?: unknown; readonly value?: unknown }[]
  if (content.length === 0)
    faults.push(
      fault(
        'Unless a valid template_id is provided, the content parameter is required. There must be at least one defined content block. We typically suggest both text/plain and text/html blocks are included, but only one block is required.',
        'content',
        `${HELP}.content`,
      ),
    )
  for (const [at, { type, value }] of content.entries()) {
    if (typeof type !== 'string' || type === '')
      faults.push(
        fault('The content type must be at least 1 character in length.', `content.${at}.type`, `${HELP}.content.type`),
      )
    if (typeof value !== 'string' || value === '')
      faults.push(
        fault(
          'The content value must be a string at least one character in length.',
          `content.${at}.value`,
          `${HELP}.content.value`,
        ),
      )
  }
  return faults
}

const record = (value: unknown): Readonly<Record<string, string>> =>
  value !== null && typeof value === 'object'
    ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, String(item)]))
    : {}

export function addRoutes(app: TwinApp, world: World, seed: Seed, state: State): void {
  app.on('mail.send', 'POST /v3/mail/send', async (c) => {
    const unauthorised = checkKey(c.req.header('authorization'), seed)
    if (unauthorised !== undefined) return unauthorised
    if (c.req.header('on-behalf-of') !== undefined) throw notModelled('sendgrid', GAPS, 'subusers')
    const text = await c.req.text()
    if (Buffer.byteLength(text) > BYTES_MAX) return errors(413, [fault('The payload is too large')])
    let mail: Mail
    try {
      const parsed: unknown = JSON.parse(text)
      mail = parsed !== null && typeof parsed === 'object' && !Array.isArray(parsed) ? (parsed as Mail) : {}
    } catch {
      return errors(400, [fault('Bad Request')])
    }
    const people = Array.isArray(mail.personalizations) ? (mail.personalizations as readonly Personalization[]) : []
    refuseGaps(mail, people)
    const faults = validate(mail, people)
    if (faults.length > 0) return errors(400, faults)
    const from = String((mail.from as Address).email)
    if (seed.verified_senders !== undefined && !seed.verified_senders.includes(from)) {
      return errors(403, [
        fault(
          'The from address does not match a verified Sender Identity. Mail cannot be sent until this error is resolved. Visit https://sendgrid.com/docs/for-developers/sending-email/sender-identity/ to see the Sender Identity requirements',
          'from',
        ),
      ])
    }
    const sandbox =
      (mail.mail_settings as { readonly sandbox_mode?: { readonly enable?: boolean } } | undefined)?.sandbox_mode
        ?.enable === true
    if (sandbox) return new Response(null, { status: 200 })
    const id = world.id('', 22)
    const content = (mail.content as readonly { readonly value: string }[]).map(({ value }) => value).join('\n')
    for (const person of people) {
      for (const { email } of [...listOf(person.to), ...listOf(person.cc), ...listOf(person.bcc)]) {
        const message: Message = {
          id,
          to: String(email),
          from,
          subject: String(person.subject ?? mail.subject),
          text: content,
          categories: Array.isArray(mail.categories) ? mail.categories.map(String) : [],
          custom_args: { ...record(mail.custom_args), ...record(person.custom_args) },
          status: 'processed',
          accepted_ms: world.clock.now(),
        }
        state.messages.push(message)
        world.money.charge('sendgrid', 'mail', 1)
        world.trace.record('sendgrid.mail.accepted', {
          id,
          to: message.to,
          from,
          subject: message.subject,
          custom_args: message.custom_args,
        })
        send(world, seed, state, message)
      }
    }
    // Accepted is not delivered: 202 and an empty body.
    return new Response(null, { status: 202, headers: { 'X-Message-Id': id } })
  })

  for (const name of SUPPRESSIONS) addSuppressionRoutes(app, world, seed, state, name)

  app.on('webhook.settings.get', 'GET /v3/user/webhooks/event/settings', (c) => {
    const { enabled, url } = state.webhook
    return checkKey(c.req.header('authorization'), seed) ?? c.json({ enabled, url, ...EVENTS })
  })
  app.on('webhook.settings.update', 'PATCH /v3/user/webhooks/event/settings', async (c) => {
    const unauthorised = checkKey(c.req.header('authorization'), seed)
    if (unauthorised !== undefined) return unauthorised
    const { enabled, url } = (await c.req.json()) as { readonly enabled?: boolean; readonly url?: string }
    if (enabled === true && url === undefined && state.webhook.url === '')
      return errors(400, [fault('url is required', 'url')])
    Object.assign(state.webhook, enabled === undefined ? {} : { enabled }, url === undefined ? {} : { url })
    return c.json({ enabled: state.webhook.enabled, url: state.webhook.url, ...EVENTS })
  })
  app.on(
    'webhook.signed.get',
    'GET /v3/user/webhooks/event/settings/signed',
    (c) =>
      checkKey(c.req.header('authorization'), seed) ??
      c.json({ public_key: state.webhook.signed ? VERIFICATION_KEY : '' }),
  )
  app.on('webhook.signed.update', 'PATCH /v3/user/webhooks/event/settings/signed', async (c) => {
    const unauthorised = checkKey(c.req.header('authorization'), seed)
    if (unauthorised !== undefined) return unauthorised
    state.webhook.signed = ((await c.req.json()) as { readonly enabled?: boolean }).enabled === true
    return c.json({ public_key: state.webhook.signed ? VERIFICATION_KEY : '' })
  })
}

const EVENTS = {
  group_resubscribe: true,
  delivered: true,
  group_unsubscribe: true,
  spam_report: true,
  bounce: true,
  deferred: true,
  unsubscribe: true,
  processed: true,
  open: true,
  click: true,
  dropped: true,
}

/** `GET` and `DELETE` of one list of addresses that get no mail. */
function addSuppressionRoutes(app: TwinApp, world: World, seed: Seed, state: State, name: Suppression): void {
  const path = name === 'unsubscribes' ? '/v3/suppression/unsubscribes' : `/v3/suppression/${name}`
  app.on(`suppressions.${name}.list`, `GET ${path}`, (c) => {
    const rows = state.suppressions[name].map((email) => ({
      created: Math.floor(world.clock.now() / 1000),
      email,
      reason: '',
      status: '',
    }))
    return checkKey(c.req.header('authorization'), seed) ?? c.json(rows)
  })
  app.on(`suppressions.${name}.delete`, `DELETE ${path}/:email`, (c) => {
    const unauthorised = checkKey(c.req.header('authorization'), seed)
    if (unauthorised !== undefined) return unauthorised
    const email = (c.req.param('email') ?? '').toLowerCase()
    if (!state.suppressions[name].includes(email)) return errors(404, [fault('resource not found')])
    state.suppressions[name] = state.suppressions[name].filter((address) => address !== email)
    return new Response(null, { status: 204 })
  })
}
