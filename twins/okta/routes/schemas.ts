import type { Json } from '../../trace.ts'
import { type Ask, type On, ok, type Reply } from '../ask.ts'
import { defaultUserType, rowOf, text } from '../org.ts'
import { isRow, type Row } from '../store.ts'
import { appBase, groupBase, userBase } from '../tables/attributes.ts'
import { invalid, merged, notFound, view } from '../wire.ts'
import { findApp } from './app-shape.ts'

/** A schema in the making: where it is kept, and what it is before anybody changes it. */
type Schema = { readonly key: string; readonly about: Row; readonly base: Row; readonly kind: 'user' | 'group' | 'app' }

const SCHEMA = 'http://json-schema.org/draft-04/schema#'

/** Those of the base that must be there. */
const required = (properties: Row): Json =>
  Object.entries(properties).flatMap(([name, one]) => (rowOf(one).required === true ? [name] : []))

const definition = (id: 'base' | 'custom', properties: Row): Row => ({
  id: `#${id}`,
  type: 'object',
  properties: properties as Json,
  ...(Object.keys(properties).length === 0 ? {} : { required: required(properties) }),
})

function read(ask: Ask, { key, about, base }: Schema): Row {
  const kept = ask.org.store.get('~documents', key)
  if (kept !== undefined) return kept
  return {
    $schema: SCHEMA,
    ...about,
    definitions: { custom: definition('custom', {}), base: definition('base', base) } as never,
    type: 'object',
    properties: { profile: { allOf: [{ $ref: '#/definitions/custom' }, { $ref: '#/definitions/base' }] } },
  }
}

const DROPPED: Readonly<Record<string, Json>> = { required: false, union: 'DISABLE', unique: 'NOT_UNIQUE' }

/** A property as it is kept: without what says nothing; an app's has neither permissions nor a master. */
function kept(kind: Schema['kind'], property: Row, old: Row): Row {
  const said = Object.entries(property).filter(([field, value]) => {
    if (value === null || DROPPED[field] === value) return false
    return kind !== 'app' || (field !== 'permissions' && field !== 'master')
  })
  const fresh: Row = {
    ...(kind === 'app' ? {} : { mutability: 'READ_WRITE', master: { type: 'PROFILE_MASTER' } }),
    scope: 'NONE',
    ...Object.fromEntries(said),
  }
  return { ...(old.mutability === undefined ? {} : { mutability: old.mutability }), ...fresh }
}

const TYPES = ['string', 'boolean', 'number', 'integer', 'array', 'object']

function checkProperty(name: string, property: Row, old: Row | undefined): void {
  const type = text(property.type)
  if (old === undefined && type === '') throw invalid('definitions', `${name}: 'type' is required.`)
  if (type !== '' && !TYPES.includes(type)) throw invalid('definitions', `${name}: type '${type}' is not supported.`)
  if (old !== undefined && type !== '' && type !== old.type)
    throw invalid('definitions', `${name}: The data type of a property cannot be changed.`)
}

function custom(kind: Schema['kind'], before: Row, asked: Row): Row {
  const result: { [name: string]: Json | undefined } = { ...before }
  for (const [name, property] of Object.entries(asked)) {
    const old = isRow(before[name]) ? before[name] : undefined
    if (!isRow(property)) delete result[name]
    else {
      checkProperty(name, property, old)
      result[name] = kept(kind, property, old ?? {}) as Json
    }
  }
  return result
}

/** Properties of the base are there for good: they can be changed, not added or taken away. */
function base(before: Row, asked: Row): Row {
  const result: { [name: string]: Json | undefined } = { ...before }
  for (const [name, property] of Object.entries(asked)) {
    const old = before[name]
    if (!isRow(old)) throw invalid('definitions', `${name}: Base properties cannot be added.`)
    if (!isRow(property)) continue
    const { required: must, ...changed } = merged(old, property)
    result[name] = Object.fromEntries(
      Object.entries({ ...changed, ...(must === true ? { required: true } : {}) }).filter(
        ([, value]) => value !== null,
      ),
    ) as Json
  }
  return result
}

function update(ask: Ask, schema: Schema): Reply {
  const before = read(ask, schema)
  const definitions = rowOf(before.definitions)
  const asked = rowOf(ask.body().definitions)
  const properties = (of: Row, name: string): Row => rowOf(rowOf(of[name]).properties)
  const row: Row = {
    ...before,
    lastUpdated: ask.org.now(),
    definitions: {
      custom: definition('custom', custom(schema.kind, properties(definitions, 'custom'), properties(asked, 'custom'))),
      base: definition('base', base(properties(definitions, 'base'), properties(asked, 'base'))),
    } as never,
  }
  return ok(view(ask.org.store.put('~documents', { ...row, _key: schema.key })))
}

/** `default`, or the schema of a type of user: `osc…` for `oty…`. */
function userSchema(ask: Ask): Schema {
  const asked = ask.param('schemaId')
  const id = asked === 'default' ? defaultUserType(ask.org) : asked.replace(/^osc/, 'oty')
  const type = ask.org.store.get('meta/types/user', id)
  if (type === undefined) throw notFound(asked, 'Schema')
  const main = id === defaultUserType(ask.org)
  const osc = id.replace(/^oty/, 'osc')
  const { base: home } = ask
  return {
    kind: 'user',
    key: main ? '/api/v1/meta/schemas/user/default' : `/api/v1/meta/schemas/user/${osc}`,
    base: userBase(),
    about: {
      id: `${home}/meta/schemas/user/${main ? 'default' : osc}`,
      name: type.name,
      title: type.displayName,
      description: type.description ?? null,
      lastUpdated: type.created ?? ask.org.now(),
      created: type.created ?? ask.org.now(),
      _links: {
        self: { rel: 'self', href: `${home}/api/v1/meta/schemas/user/${osc}`, method: 'GET' },
        type: { rel: 'type', href: `${home}/api/v1/meta/types/user/${id}`, method: 'GET' },
      },
    },
  }
}

function groupSchema(ask: Ask): Schema {
  const now = ask.org.now()
  return {
    kind: 'group',
    key: '/api/v1/meta/schemas/group/default',
    base: groupBase(),
    about: {
      id: `${ask.base}/meta/schemas/group/default`,
      name: 'group',
      title: 'Okta group',
      description: 'Okta group profile template with default permission settings',
      lastUpdated: now,
      created: now,
      _links: { self: { rel: 'self', href: `${ask.base}/api/v1/meta/schemas/group/default`, method: 'GET' } },
    },
  }
}

function appSchema(ask: Ask): Schema {
  const app = findApp(ask)
  const created = text(app.created) || ask.org.now()
  return {
    kind: 'app',
    key: `/api/v1/meta/schemas/apps/${text(app.id)}/default`,
    base: appBase(text(app.signOnMode)),
    about: {
      id: `${ask.base}/meta/schemas/apps/${text(app.id)}/default`,
      name: text(app.name),
      title: `${text(app.label)} User`,
      lastUpdated: created,
      created,
    },
  }
}

const SCHEMAS: readonly (readonly [name: string, path: string, of: (ask: Ask) => Schema])[] = [
  ['schemas.group', '/api/v1/meta/schemas/group/default', groupSchema],
  ['schemas.app', '/api/v1/meta/schemas/apps/:appId/default', appSchema],
  ['schemas.user', '/api/v1/meta/schemas/user/:schemaId', userSchema],
]

/** Schemas of profiles: of users by type, of groups, and of what each app knows of its users. */
export function addSchemaRoutes(on: On): void {
  for (const [name, path, of] of SCHEMAS) {
    on(`${name}.get`, `GET ${path}`, (ask) => ok(view(read(ask, of(ask)))))
    on(`${name}.update`, `POST ${path}`, (ask) => update(ask, of(ask)))
  }
}
