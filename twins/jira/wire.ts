import type { Json } from '../trace.ts'
import { wikiOf } from './adf.ts'
import { CATEGORIES, LINK_TYPES, PRIORITIES, RESOLUTIONS } from './fixed.ts'
import type { Site } from './site.ts'
import type {
  Attachment,
  Comment,
  Fields,
  History,
  Issue,
  IssueType,
  Link,
  Project,
  SecurityLevel,
  Status,
  User,
  Visibility,
  Worklog,
} from './state.ts'

/** Whom an answer is for: where it says things stand, and which of the two faces of rich text it shows. */
export type View = { readonly base: string; readonly version: 2 | 3; readonly me: string }

/** A time as Jira tells it. */
export const timeOf = (ms: number): string => new Date(ms).toISOString().replace('Z', '+0000')

/** The two lists of every refusal: Atlassian's OpenAPI document of version 3 (2026-11-26), and recorded ones. */
export const errorBody = (messages: readonly string[], errors: Readonly<Record<string, string>> = {}): Json => ({
  errorMessages: messages,
  errors,
})

const WORDS: Readonly<Record<number, string>> = {
  401: 'You are not authenticated. Authentication required to perform this operation.',
  403: 'You do not have permission to perform this operation.',
  404: 'Issue does not exist or you do not have permission to see it.',
  429: 'Rate limit exceeded.',
  500: 'Internal server error',
  503: 'Service Unavailable',
}

/** Why a call was one too many: https://developer.atlassian.com/cloud/jira/platform/rate-limiting (2026-11-26). */
export type Reason = 'jira-burst-based' | 'jira-per-issue-on-write'

export const limitHeaders = (nowMs: number, waitMs: number, limit: number, reason: Reason): Record<string, string> => ({
  'Retry-After': String(Math.ceil(waitMs / 1000)),
  'X-RateLimit-Limit': String(limit),
  'X-RateLimit-Remaining': '0',
  'X-RateLimit-Reset': new Date(nowMs + waitMs).toISOString().replace(/\.\d+Z$/, 'Z'),
  'RateLimit-Reason': reason,
})

/** An injected failure in the vendor's own words. */
export function failure(site: Site, status: number, retryAfterMs?: number): Response {
  const wait = retryAfterMs === undefined ? {} : { 'Retry-After': String(Math.ceil(retryAfterMs / 1000)) }
  const limits =
    status === 429 && retryAfterMs !== undefined ? limitHeaders(site.now(), retryAfterMs, 100, 'jira-burst-based') : {}
  return Response.json(errorBody([WORDS[status] ?? 'Internal server error']), {
    status,
    headers: { ...(status === 429 ? { 'RateLimit-Reason': 'jira-burst-based' } : {}), ...wait, ...limits },
  })
}

export const rest = ({ base, version }: View, path: string): string => `${base}/rest/api/${version}/${path}`

export const richText = (view: View, document: Json): Json =>
  document === null ? null : view.version === 3 ? document : wikiOf(document)

export const userBody = (view: View, user: User): Fields => ({
  self: rest(view, `user?accountId=${encodeURIComponent(user.id)}`),
  accountId: user.id,
  accountType: user.account_type,
  ...(user.email === null ? {} : { emailAddress: user.email }),
  avatarUrls: avatars(`${view.base}/avatar/user`),
  displayName: user.display_name,
  active: user.active,
  timeZone: 'Etc/UTC',
})

const avatars = (url: string): Fields =>
  Object.fromEntries([48, 24, 16, 32].map((size) => [`${size}x${size}`, `${url}?size=${size}`]))

export function statusBody(view: View, { id, name, category }: Status): Fields {
  return {
    self: rest(view, `status/${id}`),
    description: '',
    iconUrl: `${view.base}/`,
    name,
    id,
    statusCategory: categoryBody(view, category),
  }
}

export function categoryBody(view: View, category: Status['category']): Fields {
  const { id, name, color } = CATEGORIES[category]
  return { self: rest(view, `statuscategory/${id}`), id, key: category, colorName: color, name }
}

export const typeBody = (view: View, { id, name, subtask, level }: IssueType): Fields => ({
  self: rest(view, `issuetype/${id}`),
  id,
  description: '',
  iconUrl: `${view.base}/rest/api/2/universal_avatar/view/type/issuetype/avatar/${id}?size=medium`,
  name,
  subtask,
  avatarId: Number(id),
  hierarchyLevel: level,
})

export function priorityBody(view: View, name: string): Fields | null {
  const priority = PRIORITIES.find((one) => one.name === name)
  if (priority === undefined) return null
  return {
    self: rest(view, `priority/${priority.id}`),
    iconUrl: `${view.base}/images/icons/priorities/${name.toLowerCase()}.svg`,
    name,
    id: priority.id,
  }
}

export function resolutionBody(view: View, name: string | null): Fields | null {
  const resolution = RESOLUTIONS.find((one) => one.name === name)
  return resolution === undefined ? null : { self: rest(view, `resolution/${resolution.id}`), ...resolution }
}

/** A level of security as an issue shows it. */
export const levelBody = (view: View, { id, name, description }: SecurityLevel): Fields => ({
  self: rest(view, `securitylevel/${id}`),
  id,
  description,
  name,
})

/** Whom a comment or worklog is for, where it is not for everybody. */
function visibilityBody({ store }: Site, visibility: Visibility | null): Fields {
  if (visibility === null) return {}
  const { type, id } = visibility
  const name = (type === 'group' ? store.groups : store.roles).get(id)?.name ?? ''
  return { visibility: { type, value: name, identifier: type === 'group' ? id : name } }
}

export const linkTypeBody = (view: View, name: string): Fields => {
  const type = LINK_TYPES.find((one) => one.name === name)
  return { ...type, self: rest(view, `issueLinkType/${type?.id ?? ''}`) }
}

export const projectBody = (view: View, { id, key, name, style, kind }: Project): Fields => ({
  self: rest(view, `project/${id}`),
  id,
  key,
  name,
  projectTypeKey: kind,
  simplified: style === 'next-gen',
  avatarUrls: avatars(rest(view, `universal_avatar/view/type/project/avatar/${id}`)),
})

/** A component as an issue shows it. */
export const componentBody = (view: View, project: Project, name: string): Fields => {
  const found = project.components.find((one) => one.name === name)
  const id = found?.id ?? ''
  const { description = null } = found ?? {}
  return { self: rest(view, `component/${id}`), id, name, ...(description === null ? {} : { description }) }
}

/** A version as an issue shows it. */
export const versionBody = (view: View, project: Project, name: string): Fields => {
  const version = project.versions.find((one) => one.name === name)
  const { description = null, release_date = null } = version ?? {}
  return {
    self: rest(view, `version/${version?.id ?? ''}`),
    id: version?.id ?? '',
    ...(description === null ? {} : { description }),
    name,
    archived: version?.archived ?? false,
    released: version?.released ?? false,
    ...(release_date === null ? {} : { releaseDate: release_date }),
  }
}

export const attachmentBody = (site: Site, view: View, row: Attachment): Fields => ({
  self: rest(view, `attachment/${row.id}`),
  id: row.id,
  filename: row.filename,
  author: userBody(view, site.user(row.author)),
  created: timeOf(row.created_ms),
  size: row.size,
  mimeType: row.mime_type,
  content: rest(view, `attachment/content/${row.id}`),
  ...(row.mime_type.startsWith('image/') ? { thumbnail: rest(view, `attachment/thumbnail/${row.id}`) } : {}),
})

/** A time as boards and sprints tell it. */
export const isoOf = (ms: number): string => new Date(ms).toISOString()

/** An issue as others refer to it: a parent, a sub-task, the other end of a link. */
export function briefBody(site: Site, view: View, issue: Issue): Fields {
  return {
    id: issue.id,
    key: issue.key,
    self: rest(view, `issue/${issue.id}`),
    fields: {
      summary: issue.summary,
      status: statusBody(view, site.status(issue.status)),
      priority: priorityBody(view, issue.priority),
      issuetype: typeBody(view, site.type(issue.type)),
    },
  }
}

/** A link; `from` is the issue that tells of it, and does not name itself. */
export function linkBody(site: Site, view: View, link: Link, from?: string): Fields {
  const end = (id: string): Json => {
    const issue = site.store.issues.get(id)
    return issue === undefined ? {} : briefBody(site, view, issue)
  }
  return {
    id: link.id,
    self: rest(view, `issueLink/${link.id}`),
    type: linkTypeBody(view, link.type),
    ...(from === link.source ? {} : { inwardIssue: end(link.source) }),
    ...(from === link.target ? {} : { outwardIssue: end(link.target) }),
  }
}

export const commentBody = (site: Site, view: View, comment: Comment): Fields => ({
  self: rest(view, `issue/${comment.issue}/comment/${comment.id}`),
  id: comment.id,
  author: userBody(view, site.user(comment.author)),
  body: richText(view, comment.body),
  updateAuthor: userBody(view, site.user(comment.update_author)),
  created: timeOf(comment.created_ms),
  updated: timeOf(comment.updated_ms),
  ...visibilityBody(site, comment.visibility),
  jsdPublic: true,
})

export const worklogBody = (site: Site, view: View, worklog: Worklog): Fields => ({
  self: rest(view, `issue/${worklog.issue}/worklog/${worklog.id}`),
  author: userBody(view, site.user(worklog.author)),
  updateAuthor: userBody(view, site.user(worklog.update_author)),
  ...(worklog.comment === null ? {} : { comment: richText(view, worklog.comment) }),
  created: timeOf(worklog.created_ms),
  updated: timeOf(worklog.updated_ms),
  ...visibilityBody(site, worklog.visibility),
  started: timeOf(worklog.started_ms),
  timeSpent: durationOf(worklog.spent_s),
  timeSpentSeconds: worklog.spent_s,
  id: worklog.id,
  issueId: worklog.issue,
})

export const historyBody = (site: Site, view: View, { id, author, created_ms, items }: History): Fields => ({
  id,
  author: userBody(view, site.user(author)),
  created: timeOf(created_ms),
  items: items.map((item) => ({ ...item })),
})

/** Five days of eight hours: the example of GET /configuration in Atlassian's OpenAPI document of version 3 (2026-11-26). */
const UNITS: readonly (readonly [string, number])[] = [
  ['w', 144_000],
  ['d', 28_800],
  ['h', 3_600],
  ['m', 60],
]

export function durationOf(seconds: number): string {
  let rest = seconds
  const parts = UNITS.flatMap(([unit, size]) => {
    const count = Math.floor(rest / size)
    rest -= count * size
    return count === 0 ? [] : [`${count}${unit}`]
  })
  return parts.length === 0 ? '0m' : parts.join(' ')
}

/** Seconds of `1w 2d 3h 4m`; undefined when it is none. A bare number is minutes. */
export function secondsOf(text: string): number | undefined {
  if (!/^\s*(\d+(\.\d+)?\s*[wdhm]?\s*)+$/.test(text)) return undefined
  return [...text.matchAll(/(\d+(?:\.\d+)?)\s*([wdhm]?)/g)].reduce(
    (sum, [, count, unit]) =>
      sum + Math.round(Number(count) * (UNITS.find(([name]) => name === (unit || 'm'))?.[1] ?? 60)),
    0,
  )
}
