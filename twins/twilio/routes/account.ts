import { notModelled } from '../../twin.ts'
import { type Ask, created, found, gone, type On, onlyKnown } from '../ask.ts'
import { GAPS } from '../gaps.ts'
import { onlyTested } from '../magic.ts'
import { PAGING, uriPage } from '../paging.ts'
import { accountBody, keyBody, sidOf } from '../wire.ts'

const ROOT = '/2010-04-01/Accounts'

/** https://www.twilio.com/docs/iam/api-keys (2026-11-26): a standard key does everything but this. */
function onlyMain(ask: Ask): void {
  onlyTested(ask)
  if (ask.via === 'key') throw notModelled('twilio', GAPS, 'accounts and keys by an API key')
}

export function addAccount(on: On): void {
  const nameOf = (ask: Ask, otherwise: string): string =>
    ask.has('FriendlyName') ? ask.param('FriendlyName') : otherwise

  on('accounts.list', `GET ${ROOT}.json`, (ask) => {
    onlyMain(ask)
    onlyKnown(ask, ['FriendlyName', 'Status', ...PAGING])
    const [name, status] = [ask.param('FriendlyName'), ask.param('Status')]
    const fits = (name === '' || name === ask.account.friendly_name) && (status === '' || status === 'active')
    return uriPage(ask, 'accounts', fits ? [ask.account] : [], accountBody)
  })
  on('accounts.fetch', `GET ${ROOT}/:account`, (ask) => {
    onlyMain(ask)
    return Response.json(accountBody(ask.account))
  })
  on('accounts.update', `POST ${ROOT}/:account`, (ask) => {
    onlyMain(ask)
    if (ask.has('Status')) throw notModelled('twilio', GAPS, 'subaccounts')
    onlyKnown(ask, ['FriendlyName'])
    const { store } = ask.site
    const friendly_name = nameOf(ask, ask.account.friendly_name)
    return Response.json(accountBody(store.accounts.put({ ...ask.account, friendly_name, updated_ms: ask.site.now() })))
  })

  const keys = `${ROOT}/:account/Keys`
  on('keys.list', `GET ${keys}.json`, (ask) => {
    onlyMain(ask)
    onlyKnown(ask, PAGING)
    return uriPage(ask, 'keys', ask.site.store.keys.all(), (row) => keyBody(row))
  })
  on('keys.create', `POST ${keys}.json`, (ask) => {
    onlyMain(ask)
    onlyKnown(ask, ['FriendlyName'])
    const { world, store } = ask.site
    const nowMs = ask.site.now()
    const key = store.keys.put({
      id: sidOf(world, 'SK'),
      secret: world.draw('secret').text(32),
      friendly_name: nameOf(ask, ''),
      created_ms: nowMs,
      updated_ms: nowMs,
    })
    return created(keyBody(key, true))
  })
  const asked = (ask: Ask) => found(ask, ask.site.store.keys.get(ask.part('key')))
  on('keys.fetch', `GET ${keys}/:key`, (ask) => {
    onlyMain(ask)
    return Response.json(keyBody(asked(ask)))
  })
  on('keys.update', `POST ${keys}/:key`, (ask) => {
    onlyMain(ask)
    onlyKnown(ask, ['FriendlyName'])
    const key = asked(ask)
    const friendly_name = nameOf(ask, key.friendly_name)
    return Response.json(keyBody(ask.site.store.keys.put({ ...key, friendly_name, updated_ms: ask.site.now() })))
  })
  on('keys.delete', `DELETE ${keys}/:key`, (ask) => {
    onlyMain(ask)
    ask.site.store.keys.remove(asked(ask).id)
    return gone()
  })
}
