import { notModelled } from '../../twin.ts'
import { LINK_TYPES, named } from '../fixed.ts'
import { GAPS } from '../gaps.ts'
import { issueOf, projectOf, type Site, userNamed } from '../site.ts'
import type { Issue, Version } from '../state.ts'
import type { Searched } from './fields.ts'
import { wrong } from './lex.ts'
import { edgeOf, timeOfValue } from './time.ts'

type Value = string | number
/** Who asks; what a value of theirs stands for may hang on it. */
export type Asker = {
  readonly site: Site
  readonly me: string
  /** How many saved filters stand around this query. */
  readonly depth?: number
}
type Call = {
  readonly site: Site
  readonly me: string
  readonly name: string
  readonly args: readonly string[]
}

/**
 * Functions that Jira has beside those that are modelled:
 * https://support.atlassian.com/jira-software-cloud/docs/jql-functions (as listed by clients, 2026-11-26).
 */
const ELSEWHERE =
  /^(approved|approver|breached|cascadeoption|choiceoption|completed|currentlogin|elapsed|entitlement\w*|everbreached|issuehistory|issueswith\w+|lastlogin|myapproval|mypending|organizationmembers|parentepic|paused|pending\w*|projectswhere\w+|remaining|running|spaces\w+|withincalendarhours)$/

/** Fields that a function has values for, by the name of the field. */
type Made = { readonly fields: readonly string[]; readonly values: (call: Call) => readonly Value[] }

const keysWhere = ({ site }: Call, fits: (issue: Issue) => boolean): readonly string[] =>
  site.store.issues
    .all()
    .filter(fits)
    .map(({ key }) => key)

const sprintsIn =
  (state: string) =>
  ({ site }: Call): readonly string[] =>
    site.store.sprints
      .all()
      .filter((sprint) => sprint.state === state)
      .map(({ id }) => id)

/** Versions of the projects that a call names, or of all. */
function versionsOf({ site, name, args }: Call): readonly Version[] {
  if (args.length === 0) return site.store.projects.all().flatMap(({ versions }) => versions)
  return args.flatMap((arg) => {
    const project =
      projectOf(site, arg) ?? site.store.projects.all().find((one) => one.name.toLowerCase() === arg.toLowerCase())
    if (project === undefined) throw wrong(`Could not resolve the project '${arg}' provided to function '${name}'.`)
    return project.versions
  })
}
const idsOf = (versions: readonly Version[]): readonly string[] => versions.map(({ id }) => id)

function personOf({ site, me, args }: Call): string | undefined {
  return args[0] === undefined ? me : userNamed(site, args[0])?.id
}

const VERSIONS = ['fixVersion', 'affectedVersion']
const KEYS = ['key', 'parent']
const MADE: Readonly<Record<string, Made>> = {
  currentuser: { fields: [], values: ({ me }) => [me] },
  membersof: {
    fields: [],
    values: ({ site, name, args }) => {
      const group = site.store.groups.find((args[0] ?? '').toLowerCase())[0]
      if (group === undefined)
        throw wrong(
          `Function '${name}' can not generate a list of usernames for group '${args[0] ?? ''}'; the group does not exist.`,
        )
      return group.members
    },
  },
  watchedissues: { fields: KEYS, values: (call) => keysWhere(call, ({ watchers }) => watchers.includes(call.me)) },
  votedissues: { fields: KEYS, values: (call) => keysWhere(call, ({ voters }) => voters.includes(call.me)) },
  linkedissues: { fields: KEYS, values: linked },
  updatedby: { fields: KEYS, values: updated },
  standardissuetypes: { fields: ['issuetype'], values: ({ site }) => typesOf(site, false) },
  subtaskissuetypes: { fields: ['issuetype'], values: ({ site }) => typesOf(site, true) },
  opensprints: { fields: ['Sprint'], values: sprintsIn('active') },
  futuresprints: { fields: ['Sprint'], values: sprintsIn('future') },
  closedsprints: { fields: ['Sprint'], values: sprintsIn('closed') },
  releasedversions: {
    fields: VERSIONS,
    values: (call) => idsOf(versionsOf(call).filter(({ released }) => released)),
  },
  unreleasedversions: {
    fields: VERSIONS,
    values: (call) => idsOf(versionsOf(call).filter(({ released }) => !released)),
  },
  latestreleasedversion: {
    fields: VERSIONS,
    values: (call) => idsOf(versionsOf(call).filter(({ released, archived }) => released && !archived)).slice(-1),
  },
  earliestunreleasedversion: {
    fields: VERSIONS,
    values: (call) => idsOf(versionsOf(call).filter(({ released, archived }) => !released && !archived)).slice(0, 1),
  },
  componentsleadbyuser: {
    fields: ['component'],
    values: (call) =>
      call.site.store.projects
        .all()
        .flatMap(({ components }) => components)
        .filter(({ lead }) => lead !== null && lead === personOf(call))
        .map(({ id }) => id),
  },
  projectsleadbyuser: {
    fields: ['project'],
    values: (call) =>
      call.site.store.projects
        .all()
        .filter(({ lead }) => lead === personOf(call))
        .map(({ key }) => key),
  },
}

const typesOf = (site: Site, subtask: boolean): readonly string[] =>
  site.store.types
    .all()
    .filter((type) => type.subtask === subtask)
    .map(({ name }) => name)

function linked({ site, name, args: [wanted = '', ...kinds] }: Call): readonly string[] {
  const issue = issueOf(site, wanted)
  if (issue === undefined) throw wrong(`Issue '${wanted}' could not be found in function '${name}'.`)
  const words = kinds.map((kind) => kind.toLowerCase())
  return site.store.links.find(issue.id).flatMap(({ type, source, target }) => {
    const { inward, outward } = named(LINK_TYPES, type) ?? { inward: type, outward: type }
    const said = source === issue.id ? outward : inward
    if (words.length > 0 && !words.includes(said.toLowerCase()) && !words.includes(type.toLowerCase())) return []
    return site.store.issues.get(source === issue.id ? target : source)?.key ?? []
  })
}

/** Issues that somebody made, changed or commented on, between two times if they are given. */
function updated({ site, args: [who = '', from, to] }: Call): readonly string[] {
  const person = userNamed(site, who)?.id
  if (person === undefined) throw wrong(`Unable to find the user '${who}'.`)
  const time = (text: string | undefined, otherwise: number): number =>
    text === undefined ? otherwise : timeOfValue('updatedBy', text, site.now())
  const [fromMs, toMs] = [time(from, Number.NEGATIVE_INFINITY), time(to, Number.POSITIVE_INFINITY)]
  const { histories, comments, issues } = site.store
  return issues
    .all()
    .filter(({ id, creator, created_ms }) =>
      [
        { by: creator, ms: created_ms },
        ...histories.find(id).map((row) => ({ by: row.author, ms: row.created_ms })),
        ...comments.find(id).map((row) => ({ by: row.update_author, ms: row.updated_ms })),
      ].some(({ by, ms }) => by === person && ms >= fromMs && ms <= toMs),
    )
    .map(({ key }) => key)
}

/** What a function of a query gives for a field. Throws Jira's refusal where it gives nothing of the kind. */
export function called(
  { site, me }: Asker,
  field: Searched,
  asked: string,
  name: string,
  args: readonly string[],
): readonly Value[] {
  const key = name.toLowerCase()
  const edge = edgeOf(name, args, site.now())
  const time = key === 'now' ? site.now() : edge
  const unfit = wrong(`A value provided by the function '${name}' is invalid for the field '${asked}'.`)
  if (time !== undefined) {
    if (field.kind !== 'time') throw unfit
    return [time]
  }
  const made = MADE[key]
  if (made !== undefined) {
    // People have no list of their own: whatever knows who asks is about people.
    const fits = made.fields.length === 0 ? field.means?.(site, me) === me : made.fields.includes(field.name)
    if (!fits) throw unfit
    return made.values({ site, me, name, args })
  }
  if (ELSEWHERE.test(key)) throw notModelled('jira', GAPS, 'JQL functions beyond people, time and what is here')
  throw wrong(`Unable to find JQL function '${name}(${args.join(', ')})'.`)
}
