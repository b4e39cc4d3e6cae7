import type { Json } from '../trace.ts'
import { notModelled } from '../twin.ts'
import { Refusal } from './ask.ts'
import { GAPS } from './gaps.ts'
import type { Site } from './site.ts'
import { type Attachment, type Fields, fieldsOf } from './state.ts'
import { type Fault, fault } from './wire.ts'

/** Source: https://www.twilio.com/docs/sendgrid/api-reference/mail-send/limitations (2026-11-24). */
const PERSONALIZATIONS_MAX = 1000
const CATEGORIES_MAX = 10
const CUSTOM_ARGS_BYTES_MAX = 10_000
const SCHEDULE_MAX_S = 72 * 3600
export const BYTES_MAX: number = 30 * 1024 * 1024
const HELP = 'http://sendgrid.com/docs/API_Reference/Web_API_v3/Mail/errors.html#message'

export type Mail = Fields
export const listOf = (value: Json | undefined): readonly Fields[] => (Array.isArray(value) ? value.map(fieldsOf) : [])

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

const isEmail = (value: unknown): value is string =>
  typeof value === 'string' && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)

/** Rejects what this twin does not model. */
export function refuseGaps(mail: Mail, people: readonly Fields[]): void {
  if (mail.ip_pool_name !== undefined) throw notModelled('sendgrid', GAPS, 'IP pools')
  const { template_id } = mail
  if (typeof template_id === 'string' && template_id !== '' && !template_id.startsWith('d-'))
    throw notModelled('sendgrid', GAPS, 'legacy templates')
  if (mail.sections !== undefined || people.some(({ substitutions }) => substitutions !== undefined))
    throw notModelled('sendgrid', GAPS, 'substitutions and sections')
  const settings = fieldsOf(mail.mail_settings)
  const on = (name: string): boolean => fieldsOf(settings[name]).enable === true
  if (on('footer') || on('spam_check')) throw notModelled('sendgrid', GAPS, 'settings of tracking and mail')
}

/** The vendor's validation, in its order. Source: https://www.twilio.com/docs/sendgrid/api-reference/mail-send/errors (2026-11-24). */
export function validate(site: Site, mail: Mail, people: readonly Fields[]): readonly Fault[] {
  const templated = typeof mail.template_id === 'string' && mail.template_id !== ''
  return [
    ...Object.keys(mail).flatMap((key) =>
      KNOWN.includes(key) ? [] : [fault(`Additional property ${key} is not allowed`, null)],
    ),
    ...ofPeople(people),
    ...people.flatMap((person, at) => ofPerson(mail, person, at, templated)),
    ...ofSender(mail),
    ...ofContent(mail, templated),
    ...ofRest(site, mail, people),
  ]
}

function ofPeople(people: readonly Fields[]): readonly Fault[] {
  const told = (message: string): readonly Fault[] => [fault(message, 'personalizations', `${HELP}.personalizations`)]
  if (people.length === 0)
    return told('The personalizations field is required and must have at least one personalization.')
  if (people.length > PERSONALIZATIONS_MAX)
    return told(`The personalizations field cannot have more than ${PERSONALIZATIONS_MAX} personalizations.`)
  return []
}

const KINDS = ['to', 'cc', 'bcc'] as const

function ofPerson(mail: Mail, person: Fields, at: number, templated: boolean): readonly Fault[] {
  const faults: Fault[] = []
  if (listOf(person.to).length === 0)
    faults.push(
      fault(
        'The to array is required for all personalization objects, and must have at least one email object with a valid email address.',
        `personalizations.${at}.to`,
        `${HELP}.personalizations.to`,
      ),
    )
  for (const kind of KINDS) {
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
  const all = KINDS.flatMap((kind) => listOf(person[kind]).map(({ email }) => String(email).toLowerCase()))
  if (new Set(all).size < all.length)
    faults.push(
      fault(
        'Each email address in the personalization block should be unique between to, cc, and bcc.',
        `personalizations.${at}`,
        `${HELP}.recipient-errors`,
      ),
    )
  if (!templated && mail.subject === undefined && person.subject === undefined)
    faults.push(
      fault(
        'The subject is required. You can get around this requirement if you use a template with a subject defined or if every personalization has a subject defined.',
        'subject',
        `${HELP}.subject`,
      ),
    )
  return faults
}

function ofSender(mail: Mail): readonly Fault[] {
  const { email } = fieldsOf(mail.from)
  if (email === undefined)
    return [
      fault(
        'The from object must be provided for every email send. It is an object that requires the email parameter, but may also contain a name parameter.  e.g. {"email" : "example@example.com"}  or {"email" : "example@example.com", "name" : "Example Recipient"}.',
        'from.email',
        `${HELP}.from`,
      ),
    ]
  if (!isEmail(email)) return [fault('The from email does not contain a valid address.', 'from.email', `${HELP}.from`)]
  return []
}

function ofContent(mail: Mail, templated: boolean): readonly Fault[] {
  const content = listOf(mail.content)
  const faults: Fault[] = []
  if (content.length === 0 && !templated)
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

const isBase64 = (value: Json | undefined): value is string =>
  typeof value === 'string' && value !== '' && /^[A-Za-z0-9+/]+={0,2}$/.test(value)

function ofRest(site: Site, mail: Mail, people: readonly Fields[]): readonly Fault[] {
  const faults: Fault[] = []
  for (const [at, { content, filename }] of listOf(mail.attachments).entries()) {
    if (!isBase64(content))
      faults.push(
        fault(
          'The attachment content must be base64 encoded.',
          `attachments.${at}.content`,
          `${HELP}.attachments.content`,
        ),
      )
    if (typeof filename !== 'string' || filename === '')
      faults.push(
        fault('The attachment filename is required.', `attachments.${at}.filename`, `${HELP}.attachments.filename`),
      )
  }
  const categories = Array.isArray(mail.categories) ? mail.categories : []
  if (categories.length > CATEGORIES_MAX)
    faults.push(
      fault(`The categories parameter must not exceed ${CATEGORIES_MAX} items.`, 'categories', `${HELP}.categories`),
    )
  if (new Set(categories.map(String)).size < categories.length)
    faults.push(fault('The categories parameter must be unique.', 'categories', `${HELP}.categories`))
  for (const [at, person] of people.entries()) {
    const args = JSON.stringify({ ...fieldsOf(mail.custom_args), ...fieldsOf(person.custom_args) })
    if (Buffer.byteLength(args) > CUSTOM_ARGS_BYTES_MAX)
      faults.push(
        fault(
          `The custom_args parameter cannot exceed ${CUSTOM_ARGS_BYTES_MAX} bytes.`,
          `personalizations.${at}.custom_args`,
          `${HELP}.custom_args`,
        ),
      )
  }
  return [...faults, ...ofTime(site, mail, people), ...ofGroup(site, mail)]
}

/** `send_at` is a Unix time, of the mail or of one personalization. */
function ofTime(site: Site, mail: Mail, people: readonly Fields[]): readonly Fault[] {
  const nowS = site.now() / 1000
  const faults = [mail, ...people].flatMap(({ send_at }, at) => {
    if (send_at === undefined) return []
    const field = at === 0 ? 'send_at' : `personalizations.${at - 1}.send_at`
    if (typeof send_at !== 'number' || !Number.isInteger(send_at))
      return [fault('The send_at parameter must be an integer.', field, `${HELP}.send_at`)]
    if (send_at - nowS > SCHEDULE_MAX_S)
      return [fault('Scheduling more than 72 hours in advance is forbidden.', field, `${HELP}.send_at`)]
    return []
  })
  const { batch_id } = mail
  const strange = batch_id !== undefined && site.store.batches.get(String(batch_id)) === undefined
  return strange ? [...faults, fault('The batch_id is not valid.', 'batch_id', `${HELP}.batch_id`)] : faults
}

function ofGroup(site: Site, mail: Mail): readonly Fault[] {
  if (mail.asm === undefined) return []
  const { group_id } = fieldsOf(mail.asm)
  if (typeof group_id === 'number' && site.store.groups.get(String(group_id)) !== undefined) return []
  return [fault('The asm.group_id is not valid.', 'asm.group_id', `${HELP}.asm`)]
}

/** Refuses what is not valid. */
export function check(site: Site, mail: Mail, people: readonly Fields[]): void {
  const faults = validate(site, mail, people)
  if (faults.length > 0) throw new Refusal(400, ...faults)
}

export const attachmentsOf = (mail: Mail): readonly Attachment[] =>
  listOf(mail.attachments).map(({ content, filename, type, disposition }) => ({
    filename: String(filename),
    type: typeof type === 'string' ? type : 'application/octet-stream',
    disposition: typeof disposition === 'string' ? disposition : 'attachment',
    bytes: Buffer.from(String(content), 'base64').length,
  }))

/** Lists a mail may pass: https://www.twilio.com/docs/sendgrid/ui/sending-email/index-suppressions#bypass-suppressions (2026-11-26). */
const BYPASS: Readonly<Record<string, readonly string[]>> = {
  bypass_list_management: ['bounces', 'blocks', 'spam_reports', 'unsubscribes', 'invalid_emails'],
  bypass_bounce_management: ['bounces'],
  bypass_spam_management: ['spam_reports'],
  bypass_unsubscribe_management: ['unsubscribes'],
}
export const bypassOf = (mail: Mail): readonly string[] =>
  Object.entries(BYPASS).flatMap(([name, lists]) =>
    fieldsOf(fieldsOf(mail.mail_settings)[name]).enable === true ? lists : [],
  )

/** The mail's own words, as texts. */
export const record = (value: Json | undefined): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(fieldsOf(value)).map(([key, item]) => [key, String(item)]))
