import type { Json } from '../../trace.ts'
import { gap } from '../ask.ts'
import { evaluate } from '../language/evaluate.ts'
import { NoExpression } from '../language/parse.ts'
import { scopeOf } from '../memberships.ts'
import { type Org, rowOf, text } from '../org.ts'
import type { Row } from '../store.ts'
import type { Issuer } from './servers.ts'

type Claims = { readonly [claim: string]: Json }
/** Where claims go: an access token, an ID token beside one, or the answer of userinfo. */
export type Place = 'access' | 'id' | 'userinfo'

const strings = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : [])

const namesOf = (org: Org, user: Row): readonly string[] =>
  org.store
    .rows(`users/${text(user.id)}/memberships`)
    .map(({ id }) => text(rowOf(org.store.get('groups', text(id))?.profile).name))

/** The groups of a user that a claim's filter lets through. */
function groups(org: Org, user: Row, { group_filter_type, value }: Row): readonly string[] {
  const wanted = text(value)
  const pattern = group_filter_type === 'REGEX' ? new RegExp(`^(?:${wanted})$`) : undefined
  return namesOf(org, user).filter((name) => {
    if (pattern !== undefined) return pattern.test(name)
    if (group_filter_type === 'CONTAINS') return name.includes(wanted)
    return group_filter_type === 'EQUALS' ? name === wanted : name.startsWith(wanted)
  })
}

/** What an expression of a claim comes to. */
function expressed(org: Org, user: Row | undefined, app: Row, scopes: readonly string[], value: string): Json {
  const base = scopeOf(org, user ?? {})
  const appuser = rowOf(org.store.get(`apps/${text(app.id)}/users`, text(user?.id)))
  const { userName } = rowOf(appuser.credentials)
  const found =
    (kind: 'startsWith' | 'contains' | 'endsWith') =>
    (args: readonly Json[]): Json => {
      const [, part, most] = args
      const test = { startsWith: 'startsWith', contains: 'includes', endsWith: 'endsWith' } as const
      return namesOf(org, user ?? {})
        .filter((name) => name[test[kind]](text(part)))
        .slice(0, Number(most ?? 100))
    }
  const calls: Readonly<Record<string, (args: readonly Json[]) => Json>> = {
    'Groups.startsWith': found('startsWith'),
    'Groups.contains': found('contains'),
    'Groups.endsWith': found('endsWith'),
    getFilteredGroups: ([ids, shape, most]) =>
      org.store
        .rows(`users/${text(user?.id)}/memberships`)
        .filter(({ id }) => strings(ids).includes(text(id)))
        .map(({ id }) =>
          shape === 'group.id' ? text(id) : text(rowOf(org.store.get('groups', text(id))?.profile).name),
        )
        .slice(0, Number(most ?? 100)),
  }
  return evaluate(value, {
    names: {
      ...base.names,
      appuser: { ...rowOf(appuser.profile), userName: userName ?? null } as Json,
      app: { clientId: text(rowOf(rowOf(app.credentials).oauthClient).client_id), label: text(app.label) },
      access: { scope: [...scopes] },
      org: { name: org.seed.org ?? 'acme', subDomain: org.seed.org ?? 'acme' },
    },
    call: (name, args) => calls[name]?.(args) ?? base.call?.(name, args),
    unknown: base.unknown,
  })
}

/**
 * Claims that an authorization server's administrators have added.
 * Source: https://developer.okta.com/docs/api/openapi/okta-management/management/tags/authorizationserverclaims (2026-11-26): RESOURCE goes into
 * access tokens, IDENTITY into ID tokens: always, or only where no access token goes with it, and then userinfo tells. A claim of scopes is
 * there where one of them was granted.
 */
export function customClaims(
  org: Org,
  issuer: Issuer,
  app: Row,
  user: Row | undefined,
  scopes: readonly string[],
  place: Place,
): Claims {
  if (issuer.id === undefined) return {}
  const type = place === 'access' ? 'RESOURCE' : 'IDENTITY'
  const result: { [claim: string]: Json } = {}
  for (const claim of org.store.rows(`authorizationServers/${issuer.id}/claims`)) {
    const { name, status, claimType, valueType, value, conditions, alwaysIncludeInToken } = claim
    if (status !== 'ACTIVE' || claimType !== type || valueType === 'SYSTEM') continue
    if (place === 'id' && alwaysIncludeInToken !== true) continue
    const needed = strings(rowOf(conditions).scopes)
    if (needed.length > 0 && !needed.some((scope) => scopes.includes(scope))) continue
    try {
      const said =
        valueType === 'GROUPS'
          ? user === undefined
            ? null
            : [...groups(org, user, claim)]
          : expressed(org, user, app, scopes, text(value))
      // What comes to nothing is left out.
      if (said !== null && said !== '') result[text(name)] = said
    } catch (error) {
      if (error instanceof NoExpression) throw gap('names and functions of the expression language')
      throw error
    }
  }
  return result
}
