import { z } from 'zod'
import type { Json } from '../trace.ts'
import { tellUser } from './events.ts'
import { addComment, change, create, fresh, offered, remove, transition } from './issues.ts'
import { documentFrom, draftOf, newUser, userId } from './seed.ts'
import { issueOf, type Site } from './site.ts'
import type { Issue } from './state.ts'

const text = z.string()
const names = z.array(text)
/** People are named by account id, mail address or name; who acts is the account of the seed where nobody is named. */
const by = { by: text.optional() }
const on = { ...by, issue: text }

/** Everything that people can do in the browser, and what has to be said of it. */
const SHAPES = {
  'issue.created': z.strictObject({
    ...by,
    project: text,
    summary: text,
    type: text.optional(),
    description: z.json().optional(),
    assignee: text.optional(),
    reporter: text.optional(),
    labels: names.optional(),
    parent: text.optional(),
    fields: z.record(text, z.json()).optional(),
  }),
  /** `to` names a status; the workflow has to offer a way there. */
  'issue.transitioned': z.strictObject({ ...on, to: text }),
  /** Nobody's with null. */
  'issue.assigned': z.strictObject({ ...on, assignee: text.nullable() }),
  'issue.labelled': z.strictObject({ ...on, labels: names }),
  'issue.deleted': z.strictObject(on),
  'comment.added': z.strictObject({ ...on, text }),
  'user.joined': z.strictObject({ name: text, email: text.optional(), account_id: text.optional() }),
  'user.deactivated': z.strictObject({ user: text }),
} as const
/** What each takes under `with`. */
export const FIELDS: Readonly<Record<string, z.ZodType>> = SHAPES
type Event = keyof typeof SHAPES
type Of<E extends Event> = z.infer<(typeof SHAPES)[E]>

export const HAPPENINGS: readonly string[] = Object.keys(SHAPES)

const actor = (site: Site, name: string | undefined, event: string): string =>
  name === undefined ? site.account : userId(site, name, event)

function issueNamed(site: Site, key: string, event: string): Issue {
  const issue = issueOf(site, key)
  if (issue === undefined)
    throw new Error(
      `jira.${event}: expected an issue of the site, got "${key}". Create it before, or seed it under given.jira.issues.`,
    )
  return issue
}

type Acts = { readonly [E in Event]: (site: Site, fields: Of<E>) => void }

const ACTS: Acts = {
  'issue.created'(site, { by: who, ...wish }) {
    const { project, draft } = draftOf(site, wish)
    create(site, actor(site, who ?? wish.reporter, 'issue.created'), project, draft)
  },
  'issue.transitioned'(site, { by: who, issue: key, to }) {
    const issue = issueNamed(site, key, 'issue.transitioned')
    const way = offered(site, issue).find((one) => one.to.toLowerCase() === to.toLowerCase())
    if (way === undefined) {
      const ways = offered(site, issue).map((one) => one.to)
      throw new Error(
        `jira.issue.transitioned: expected a status that ${key} can go to (${ways.join(', ')}), got "${to}".`,
      )
    }
    transition(site, actor(site, who, 'issue.transitioned'), issue, way)
  },
  'issue.assigned'(site, { by: who, issue: key, assignee }) {
    const id = assignee === null ? null : userId(site, assignee, 'issue.assigned')
    const issue = issueNamed(site, key, 'issue.assigned')
    change(site, actor(site, who, 'issue.assigned'), issue, { assignee: id }, 'issue_assigned')
  },
  'issue.labelled'(site, { by: who, issue: key, labels }) {
    change(site, actor(site, who, 'issue.labelled'), issueNamed(site, key, 'issue.labelled'), { labels })
  },
  'issue.deleted'(site, { by: who, issue: key }) {
    remove(site, actor(site, who, 'issue.deleted'), issueNamed(site, key, 'issue.deleted'))
  },
  'comment.added'(site, { by: who, issue: key, text: words }) {
    const issue = fresh(site, issueNamed(site, key, 'comment.added'))
    addComment(site, actor(site, who, 'comment.added'), 3, issue, { body: documentFrom(words) })
  },
  'user.joined'(site, { name, email, account_id }) {
    const user = site.store.users.put(newUser(site, name, email, account_id))
    site.note('user.joined', { id: user.id, name, email: user.email })
    tellUser(site, 'created', user.id)
  },
  'user.deactivated'(site, { user: who }) {
    const user = site.user(userId(site, who, 'user.deactivated'))
    site.store.users.put({ ...user, active: false })
    site.note('user.deactivated', { id: user.id })
    tellUser(site, 'updated', user.id)
  },
}

export function happen(site: Site, event: string, fields: Json): void {
  if (!(event in SHAPES)) throw new Error(`jira: expected one of ${HAPPENINGS.join(', ')}, got ${event}.`)
  const name = event as Event
  const parsed = SHAPES[name].safeParse(fields)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new Error(`jira.${event}: ${[...(issue?.path ?? []), issue?.message ?? 'expected other fields'].join(': ')}`)
  }
  // The shape under that name is the one the act takes.
  ;(ACTS[name] as (site: Site, fields: unknown) => void)(site, parsed.data)
}
