import { type Ask, badRequest, found, gone, type On, pageOf, Refusal, textOf } from '../ask.ts'
import { type Fields, fieldsOf, type Key, type Sender } from '../state.ts'
import { fault } from '../wire.ts'

/** https://www.twilio.com/docs/sendgrid/api-reference/api-keys (2026-11-26). */
const KEYS_MAX = 100

export function addAccount(on: On, scopes: () => readonly string[]): void {
  addKeys(on, scopes)
  addSenders(on)
}

function addKeys(on: On, all: () => readonly string[]): void {
  const ROOT = '/v3/api_keys'
  const asked = ({ site, part }: Ask): Key => found(site.store.keys.get(part('key')), 'unable to find API Key')
  const body = ({ id, name }: Key): Fields => ({ api_key_id: id, name })
  const full = (key: Key): Fields => ({ ...body(key), scopes: key.scopes ?? all() })
  /** The scopes a body names; a key can give no more than it has. */
  const scopesOf = (ask: Ask): readonly string[] | null => {
    const { scopes } = ask.body
    if (scopes === undefined) return null
    const own = ask.site.store.keys.find(ask.key)[0]?.scopes ?? null
    const given = Array.isArray(scopes) ? scopes.map(String) : []
    const strange = given.find((scope) => !(own ?? all()).includes(scope))
    if (strange !== undefined) throw badRequest(`one or more of given scopes are invalid: ${strange}`, 'scopes')
    return given
  }

  on('api_keys.create', 'api_keys.create', `POST ${ROOT}`, (ask) => {
    const { world, store } = ask.site
    const name = textOf(ask.body, 'name')
    const scopes = scopesOf(ask)
    if (store.keys.all().length >= KEYS_MAX) throw new Refusal(403, fault('Cannot create more than 100 API Keys'))
    const rng = world.draw('key')
    const id = rng.text(22)
    const key = store.keys.put({ id, key: `SG.${id}.${rng.text(43)}`, name, scopes })
    return Response.json({ api_key: key.key, ...full(key) }, { status: 201 })
  })
  on('api_keys.list', 'api_keys.read', `GET ${ROOT}`, (ask) =>
    Response.json({ result: pageOf(ask, ask.site.store.keys.all()).map(body) }),
  )
  on('api_keys.get', 'api_keys.read', `GET ${ROOT}/:key`, (ask) => Response.json({ result: [full(asked(ask))] }))
  on('api_keys.update', 'api_keys.update', `PATCH ${ROOT}/:key`, (ask) =>
    Response.json(body(ask.site.store.keys.put({ ...asked(ask), name: textOf(ask.body, 'name') }))),
  )
  on('api_keys.replace', 'api_keys.update', `PUT ${ROOT}/:key`, (ask) => {
    const key = { ...asked(ask), name: textOf(ask.body, 'name'), scopes: scopesOf(ask) ?? [] }
    return Response.json(full(ask.site.store.keys.put(key)))
  })
  on('api_keys.delete', 'api_keys.delete', `DELETE ${ROOT}/:key`, (ask) => {
    ask.site.store.keys.remove(asked(ask).id)
    return gone()
  })
  on('scopes.list', 'scopes.read', 'GET /v3/scopes', ({ site, key }) =>
    Response.json({ scopes: site.store.keys.find(key)[0]?.scopes ?? all() }),
  )
}

const PROFILE = [
  'nickname',
  'from_name',
  'reply_to',
  'reply_to_name',
  'address',
  'address2',
  'state',
  'city',
  'country',
  'zip',
]

/** Senders: github.com/twilio/sendgrid-oai tsg_verified_senders_v3 (2026-11-26). Whoever reads the mail to `from_email` verifies it. */
function addSenders(on: On): void {
  const ROOT = '/v3/verified_senders'
  const body = ({ id, from_email, verified, profile }: Sender): Fields => ({
    id: Number(id),
    from_email,
    ...Object.fromEntries(PROFILE.map((name) => [name, profile[name] ?? ''])),
    verified,
    locked: false,
  })
  const asked = ({ site, part }: Ask): Sender => found(site.store.senders.get(part('sender')))
  const profileOf = (json: Fields): Readonly<Record<string, string>> =>
    Object.fromEntries(PROFILE.flatMap((name) => (json[name] === undefined ? [] : [[name, String(json[name])]])))

  on('verified_senders.create', 'sender_verification_eligible', `POST ${ROOT}`, (ask) => {
    const { site } = ask
    const from_email = textOf(ask.body, 'from_email', 256)
    textOf(ask.body, 'nickname', 100)
    textOf(ask.body, 'reply_to', 256)
    if (site.store.senders.find(from_email.toLowerCase()).length > 0) throw badRequest('already exists', 'from_email')
    const id = String(1 + site.store.senders.all().reduce((most, sender) => Math.max(most, Number(sender.id)), 1000))
    const sender = site.store.senders.put({ id, from_email, verified: false, profile: profileOf(ask.body) })
    site.note('sender.asked', { id: Number(id), from_email })
    return Response.json(body(sender), { status: 201 })
  })
  on('verified_senders.list', 'sender_verification_eligible', `GET ${ROOT}`, (ask) => {
    const [after, one] = [Number(ask.query('lastSeenID') || 0), ask.query('id')]
    const rows = ask.site.store.senders.all().filter(({ id }) => Number(id) > after && (one === '' || id === one))
    return Response.json({ results: pageOf(ask, rows).map(body) })
  })
  on('verified_senders.steps', 'sender_verification_eligible', `GET ${ROOT}/steps_completed`, ({ site }) =>
    Response.json({
      results: { sender_verified: site.store.senders.all().some(({ verified }) => verified), domain_verified: false },
    }),
  )
  on('verified_senders.resend', 'sender_verification_eligible', `POST ${ROOT}/resend/:sender`, (ask) => {
    const sender = asked(ask)
    if (sender.verified) throw badRequest('already verified')
    ask.site.note('sender.asked', { id: Number(sender.id), from_email: sender.from_email })
    return gone()
  })
  on('verified_senders.update', 'sender_verification_eligible', `PATCH ${ROOT}/:sender`, (ask) => {
    const sender = asked(ask)
    const profile = { ...sender.profile, ...profileOf(fieldsOf(ask.body)) }
    return Response.json(body(ask.site.store.senders.put({ ...sender, profile })))
  })
  on('verified_senders.delete', 'sender_verification_eligible', `DELETE ${ROOT}/:sender`, (ask) => {
    ask.site.store.senders.remove(asked(ask).id)
    return gone()
  })
}
