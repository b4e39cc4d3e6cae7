import type { Json } from '../trace.ts'
import { setMember } from './memberships.ts'
import { defaultUserType, type Org, rowOf, text } from './org.ts'
import { blankApp, MODES } from './routes/app-shape.ts'
import { putGroup } from './routes/groups.ts'
import { keyOf, type Row } from './store.ts'
import { merged, without } from './wire.ts'

/** The part after the last slash of a link's address. */
const linked = (row: Row, rel: string): string =>
  text(rowOf(rowOf(row._links)[rel]).href)
    .split('/')
    .at(-1) ?? ''

/** An app as it was, with what its links tell of it. */
function placeApp(org: Org, row: Row): void {
  const name = text(row.name) || 'bookmark'
  const whole = row.name === undefined ? merged(blankApp(org, text(row.id), name, MODES[name] ?? ''), row) : row
  const [policy, enrollment] = [linked(row, 'accessPolicy'), linked(row, 'profileEnrollment')]
  const links = rowOf(row._links).appLinks
  const href = Array.isArray(links) ? text(rowOf(links[0]).href) : ''
  org.store.put('apps', {
    ...(whole.label === undefined ? { ...whole, label: name } : whole),
    _accessPolicy: policy === '' ? org.ids.access_policy : policy,
    _enrollmentPolicy: enrollment === '' ? org.ids.enrollment_policy : enrollment,
    ...(row._links === undefined ? {} : { _had: row._links }),
    _externalKey: org.id('exk'),
    ...(href === '' ? {} : { _aln: href.split('/').at(-1) ?? '1' }),
  })
}

/** A user of whom only the id is known has a name made of it. */
function placeUser(org: Org, row: Row): void {
  const login = `${text(row.id).toLowerCase()}@${org.seed.org ?? 'acme'}.example`
  const now = org.now()
  const unknown: Row = {
    status: 'ACTIVE',
    created: now,
    activated: now,
    statusChanged: now,
    lastLogin: null,
    lastUpdated: now,
    passwordChanged: null,
    type: { id: defaultUserType(org) },
    profile: { firstName: 'Test', lastName: 'User', mobilePhone: null, secondEmail: null, login, email: login },
    credentials: { provider: { type: 'OKTA', name: 'OKTA' } },
  }
  org.store.put('users', { _failures: 0, ...(row.profile === undefined ? merged(unknown, row) : row) })
}

function placeGroup(org: Org, row: Row): void {
  const known = row.profile !== undefined
  putGroup(
    org,
    known
      ? row
      : {
          type: 'OKTA_GROUP',
          objectClass: ['okta:user_group'],
          profile: { name: text(row.id), description: null },
          ...row,
        },
  )
}

type Place = (org: Org, row: Row, ...ids: readonly string[]) => void

/** Where the rows of some collections stand, by the path that shows them. */
const PLACES: readonly (readonly [RegExp, Place])[] = [
  [/^apps$/, placeApp],
  [/^users$/, placeUser],
  [/^groups$/, placeGroup],
  [/^policies$/, (org, row) => void org.store.put('policies', without(row, '_embedded'))],
  [
    /^groups\/([^/]+)\/users$/,
    (org, row, group = '') => {
      if (org.store.get('users', text(row.id)) === undefined) placeUser(org, without(row, '_links'))
      setMember(org, group, text(row.id), true)
    },
  ],
  [
    /^users\/([^/]+)\/groups$/,
    (org, row, user = '') => {
      if (org.store.get('groups', text(row.id)) === undefined) placeGroup(org, row)
      setMember(org, text(row.id), user, true)
    },
  ],
  [
    /^apps\/([^/]+)\/(users|groups)$/,
    (org, row, app = '', kind = '') => {
      org.store.put(`apps/${app}/${kind}`, row)
      org.store.put(`${kind}/${text(row.id)}/apps`, { id: app })
    },
  ],
  [
    /^((?:users|groups)\/[^/]+\/roles\/[^/]+)\/targets\/groups$/,
    (org, row, role = '') => {
      if (org.store.get('groups', text(row.id)) === undefined) placeGroup(org, row)
      org.store.put(`${role}/groups`, { id: row.id })
    },
  ],
  [
    /^((?:users|groups)\/[^/]+\/roles\/[^/]+)\/targets\/catalog\/apps(?:\/[^/]+)?$/,
    (org, row, role = '') => void org.store.put(`${role}/apps`, { _key: text(row.id) || text(row.name), ...row }),
  ],
  [
    /^authorizationServers\/([^/]+)\/associatedServers$/,
    (org, row, server = '') => {
      const id = text(row.id)
      const known = org.store.get('authorizationServers', id)
      if (known?.name === undefined) org.store.put('authorizationServers', { status: 'ACTIVE', ...known, ...row })
      org.store.put(`authorizationServers/${server}/associated`, { id })
    },
  ],
  [
    /^meta\/schemas\/user\/linkedObjects$/,
    (org, row) =>
      void org.store.put('meta/schemas/user/linkedObjects', { _key: text(rowOf(row.primary).name), ...row }),
  ],
]

const named = (row: Row): string | undefined =>
  keyOf(row) ??
  (text(rowOf(row.user).id) || undefined) ??
  (['kid', 'label', 'name'].map((field) => text(row[field])).find((name) => name !== '') as string | undefined)

/** Puts what the seed says was there before where the routes look for it. */
export function placeRow(org: Org, collection: string, row: Row): void {
  for (const [pattern, place] of PLACES) {
    const match = pattern.exec(collection)
    if (match !== null) return place(org, row, ...match.slice(1))
  }
  const key = named(row)
  if (key === undefined)
    throw new Error(`okta: expected an id in every row of ${collection}, got ${JSON.stringify(row)}.`)
  org.store.put(collection, { ...(keyOf(row) === undefined ? { _key: key as Json } : {}), ...row })
}
