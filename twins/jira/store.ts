import { Table, Tables } from '../tables.ts'
import type {
  Actors,
  Attachment,
  Board,
  Comment,
  Counter,
  Dashboard,
  Delivery,
  Field,
  Filter,
  GlobalGrant,
  Group,
  History,
  Indexed,
  Issue,
  IssueType,
  Limit,
  Link,
  PermissionScheme,
  Project,
  RemoteLink,
  Removed,
  Role,
  SecurityScheme,
  Sprint,
  Status,
  Token,
  User,
  Webhook,
  Worklog,
} from './state.ts'

const ofIssue = ({ issue }: { readonly issue: string }): readonly string[] => [issue]

/** Everything a site knows. */
export class Store extends Tables {
  readonly users: Table<User> = new Table(({ email, display_name }) => [
    `name ${display_name.toLowerCase()}`,
    ...(email === null ? [] : [`email ${email.toLowerCase()}`]),
  ])
  readonly statuses: Table<Status> = new Table(({ name }) => [name.toLowerCase()])
  readonly types: Table<IssueType> = new Table(({ name }) => [name.toLowerCase()])
  readonly fields: Table<Field> = new Table(({ name }) => [name.toLowerCase()])
  readonly projects: Table<Project> = new Table(({ key }) => [key])
  readonly issues: Table<Issue> = new Table(({ key, parent, sprints }) => [
    key,
    ...(parent === null ? [] : [`in ${parent}`]),
    ...sprints.map((id) => `sprint ${id}`),
  ])
  readonly comments: Table<Comment> = new Table<Comment>(ofIssue)
  readonly worklogs: Table<Worklog> = new Table<Worklog>(ofIssue)
  readonly histories: Table<History> = new Table<History>(ofIssue)
  readonly links: Table<Link> = new Table(({ source, target }) => [source, target])
  readonly remote_links: Table<RemoteLink> = new Table<RemoteLink>(ofIssue)
  readonly attachments: Table<Attachment> = new Table<Attachment>(({ issue, media }) => [issue, `media ${media}`])
  readonly groups: Table<Group> = new Table(({ name }) => [name.toLowerCase()])
  readonly roles: Table<Role> = new Table(({ name }) => [name.toLowerCase()])
  readonly actors: Table<Actors> = new Table(({ project }) => [project])
  readonly permission_schemes: Table<PermissionScheme> = new Table(({ name }) => [name.toLowerCase()])
  readonly global_grants: Table<GlobalGrant> = new Table()
  readonly security_schemes: Table<SecurityScheme> = new Table(({ name }) => [name.toLowerCase()])
  readonly filters: Table<Filter> = new Table(({ name }) => [name.toLowerCase()])
  readonly dashboards: Table<Dashboard> = new Table()
  readonly boards: Table<Board> = new Table(({ project }) => [project])
  readonly sprints: Table<Sprint> = new Table(({ board, name }) => [`on ${board}`, `name ${name.toLowerCase()}`])
  readonly removed: Table<Removed> = new Table()
  readonly webhooks: Table<Webhook> = new Table()
  readonly deliveries: Table<Delivery> = new Table()
  readonly tokens: Table<Token> = new Table()
  readonly limits: Table<Limit> = new Table()
  readonly indexed: Table<Indexed> = new Table()
  readonly counters: Table<Counter> = new Table()

  constructor() {
    super('jira')
  }
}
