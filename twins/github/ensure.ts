import type { Json } from '../trace.ts'
import { commitOf, EMPTY_TREE } from './git/objects.ts'
import { account, findRepo, type GitHub, objectsPath } from './github.ts'
import { newAccount } from './shapes/accounts.ts'
import { isRow, listOf, type Row, rowOf, text } from './store.ts'
import { nodeId, without } from './wire.ts'

/** An account of that login; made when there is none. `whole` takes the fields over as they are and shows no others. */
export function ensureAccount(github: GitHub, who: Json | undefined, type: 'User' | 'Organization' = 'User'): string {
  const fields = typeof who === 'string' ? { login: who } : rowOf(who)
  const login = text(fields.login)
  if (login === '') return ''
  const known = account(github, login)
  if (known !== undefined) return text(known.login)
  if (fields.whole === true) {
    github.store.put('users', login.toLowerCase(), { type, ...without(fields, 'whole', ...ORG_PARTS), _seen: true })
    return login
  }
  const own = ['id', 'node_id', 'avatar_url', 'site_admin'].flatMap((name) =>
    fields[name] === undefined ? [] : [[name, fields[name]]],
  )
  // Addresses are worked out anew; an object in passing says no more of an account.
  const rest =
    fields.followers_url === undefined ? without(fields, 'whole', ...ORG_PARTS) : { login, ...Object.fromEntries(own) }
  const kind = fields.type === 'Organization' || fields.type === 'Bot' || fields.type === 'User' ? fields.type : type
  newAccount(github, rest, kind)
  return login
}

const ORG_PARTS = ['members', 'public_members', 'teams']

/** What a seed says of a repository beside the fields of its own row. */
const PARTS = [
  ...[
    'whole',
    'owner',
    'organization',
    'permissions',
    'files',
    'branches',
    'tags',
    'refs',
    'commits',
    'trees',
    'blobs',
    'contents',
    'tag_objects',
  ],
  ...[
    'labels',
    'milestones',
    'issues',
    'pulls',
    'collaborators',
    'rows',
    'last_number',
    'last_milestone',
    'discussion_categories',
    'hooks',
    'releases',
    'keys',
    'stargazers',
    'protections',
  ],
]

/** A repository of that name; made when there is none. What is in it is not looked at. */
export function ensureRepo(github: GitHub, fields: Row): Row {
  const name = text(fields.full_name)
  const known = findRepo(github, name)
  if (known !== undefined) return known
  const [owner = '', short = ''] = name.split('/')
  const login = ensureAccount(github, isRow(fields.owner) ? (fields.owner as Json) : owner)
  return github.store.put(
    'repos',
    name.toLowerCase(),
    newRepo(github, { ...fields, name: short, full_name: `${login}/${short}` }),
  )
}

function newRepo(github: GitHub, fields: Row): Row {
  const id = typeof fields.id === 'number' ? fields.id : github.nextId()
  const now = github.now()
  const network = [fields.source, fields.parent]
    .map((one) => (isRow(one) ? one.id : typeof one === 'string' ? findRepo(github, one)?._network : undefined))
    .find((one) => one !== undefined)
  const whole = fields.whole === true
  return {
    ...{
      id,
      node_id: nodeId('R', id),
      private: false,
      fork: false,
      created_at: now,
      updated_at: now,
      pushed_at: now,
      default_branch: 'main',
    },
    ...without(fields, ...PARTS),
    _network: network ?? id,
    ...(whole
      ? {
          _seen: true,
          _keys: Object.keys(fields).filter(
            (name) => !PARTS.includes(name) || ['owner', 'organization', 'permissions'].includes(name),
          ),
        }
      : {}),
    ...(fields.permissions === undefined ? {} : { _permissions: fields.permissions }),
    _last_number: fields.last_number ?? 0,
    ...(fields.last_milestone === undefined ? {} : { _last_milestone: fields.last_milestone }),
    ...(fields.discussion_categories === undefined ? {} : { _discussion_categories: fields.discussion_categories }),
  }
}

/** A commit as the API shows it. Of one that is known by its SHA only, nothing is there but that. */
export function keepCommit(github: GitHub, repo: Row, doc: Row): void {
  const inner = isRow(doc.commit) ? doc.commit : doc
  const people = (['author', 'committer'] as const).map((role) => [
    `_${role}`,
    isRow(doc.commit) && isRow(doc[role]) ? ensureAccount(github, doc[role]) : null,
  ])
  github.store.put(`${objectsPath(repo)}/commits`, text(doc.sha), {
    sha: doc.sha,
    ...(doc.node_id === undefined ? {} : { node_id: doc.node_id }),
    // What it stands on is not known, and need not be nothing.
    ...(inner.tree === undefined && doc.parents === undefined ? { _stub: true } : {}),
    tree: text(rowOf(inner.tree).sha) || EMPTY_TREE,
    parents: listOf(doc.parents).map((parent) => text(rowOf(parent).sha)),
    message: inner.message ?? '',
    author: inner.author ?? nobody(github),
    committer: inner.committer ?? nobody(github),
    ...(inner.verification === undefined ? {} : { verification: inner.verification }),
    ...Object.fromEntries(people),
    ...(doc.files === undefined ? {} : { _files: doc.files, _stats: doc.stats }),
    ...(doc.paths === undefined ? {} : { _paths: doc.paths }),
    // It is on these branches, though what lies between need not be known.
    ...(doc.on === undefined ? {} : { _on: doc.on }),
    ...(inner.comment_count === undefined ? {} : { _comment_count: inner.comment_count }),
  })
}
const nobody = (github: GitHub): Json => ({ name: 'unknown', email: 'unknown@example.com', date: github.now() })

/** A commit of that SHA; one with nothing in it when there is none. */
export function ensureCommit(github: GitHub, repo: Row, sha: string): string {
  if (commitOf(github, repo, sha) === undefined) keepCommit(github, repo, { sha })
  return sha
}
