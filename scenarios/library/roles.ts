/** What an incident calls a kind of dependency, in one word; `title` is how people say it. */
export type Role = {
  readonly name: string
  readonly title: string
  /** The twin that plays it where the library is proven: a vendor's where there is one. */
  readonly twin: string
}

/** A role's words in a twin's own. Of several operations a service uses one; a run without the fault shows which. */
type Words = Readonly<Record<string, readonly string[]>>
/** How a twin plays a role. */
export type Part = {
  readonly role: string
  readonly twin: string
  readonly calls: Words
  readonly events: Words
  readonly happenings: Words
}

export const ROLES: readonly Role[] = [
  { name: 'payments', title: 'payment provider', twin: 'stripe' },
  { name: 'mailer', title: 'mailer', twin: 'sendgrid' },
  { name: 'llm', title: 'language model', twin: 'openai' },
  { name: 'directory', title: 'directory', twin: 'okta' },
  { name: 'accounts', title: 'service that people have access to', twin: 'accounts' },
  { name: 'cache', title: 'cache', twin: 'cache' },
  { name: 'certificates', title: 'certificate authority', twin: 'certificates' },
  { name: 'config', title: 'config feed', twin: 'config' },
  { name: 'database', title: 'database', twin: 'database' },
  { name: 'dependency', title: 'HTTP dependency', twin: 'dependency' },
  { name: 'exchange', title: 'exchange', twin: 'exchange' },
  { name: 'locks', title: 'lock service', twin: 'locks' },
  { name: 'objects', title: 'object store', twin: 'objects' },
  { name: 'presence', title: 'presence node', twin: 'presence' },
  { name: 'queue', title: 'queue', twin: 'queue' },
  { name: 'time', title: 'time server', twin: 'time' },
]

/** Parts of a vendor's table that would not fit a line. */
const PAY = ['payment_intents.create', 'payment_intents.confirm', 'invoices.pay']
const PAID = { charged: ['charge.succeeded'], refunded: ['charge.refunded'] }
const LEAVE = { left: ['user.lifecycle.deactivate'] }
const SEND = ['messages.send', 'messages.send_batch']
const REMOVE = ['orgs.members.remove', 'orgs.members.remove_membership', 'teams.members.remove']
const SQL = { read: ['select'], list: ['select'], insert: ['insert'], update: ['update'], declare: ['schema'] }

/** Who can play what: a line for each twin and role. Any twin can be asked, so `dependency` needs none. */
// biome-ignore format: one line a part
export const PARTS: readonly Part[] = [
  { role: 'payments', twin: 'stripe', calls: { charge: PAY, refund: ['refunds.create'] }, events: PAID, happenings: {} },
  { role: 'mailer', twin: 'sendgrid', calls: { send: ['mail.send'] }, events: { accepted: ['mail.accepted'] }, happenings: {} },
  { role: 'mailer', twin: 'twilio', calls: { send: ['messages.create'] }, events: { accepted: ['message.created'] }, happenings: {} },
  { role: 'llm', twin: 'openai', calls: { complete: ['chat.completions.create', 'responses.create'] }, events: {}, happenings: {} },
  { role: 'llm', twin: 'anthropic', calls: { complete: ['messages.create'] }, events: {}, happenings: {} },
  { role: 'directory', twin: 'okta', calls: { members: ['groups.members.list'], person: ['users.get'] }, events: LEAVE, happenings: { deactivated: ['user.deactivated'] } },
  { role: 'accounts', twin: 'github', calls: { list: ['orgs.members.list'], remove: REMOVE }, events: {}, happenings: {} },
  { role: 'accounts', twin: 'google', calls: { list: ['permissions.list'], add: ['permissions.create'], remove: ['permissions.delete'] }, events: {}, happenings: {} },
  { role: 'database', twin: 'postgres', calls: SQL, events: {}, happenings: {} },
  { role: 'objects', twin: 's3', calls: { put: ['objects.put'], get: ['objects.get'] }, events: { stored: ['object.created'] }, happenings: {} },
  { role: 'queue', twin: 'sqs', calls: { send: SEND }, events: { stored: ['message.sent'], delivered: ['message.received'] }, happenings: { arrived: ['message.sent'] } },
]
