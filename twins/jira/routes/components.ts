import { type Ask, type On, Refusal, valuesPage } from '../ask.ts'
import { change } from '../issues.ts'
import { ASSIGNEE_TYPES, type Component, type Fields, type Issue, type Project, textOf } from '../state.ts'
import { userBody } from '../wire.ts'
import { type Found, found, issuesWith, nameOf, projectOfBody } from './parts.ts'
import { askedProject } from './projects.ts'

/** A component in full: issues show less of it. */
function componentFull({ site, view }: Ask, project: Project, row: Component): Fields {
  const lead = row.lead === null ? undefined : userBody(view, site.user(row.lead))
  const assignee =
    row.assignee_type === 'COMPONENT_LEAD'
      ? lead
      : row.assignee_type === 'PROJECT_LEAD'
        ? userBody(view, site.user(project.lead))
        : undefined
  return {
    self: `${view.base}/rest/api/${view.version}/component/${row.id}`,
    id: row.id,
    name: row.name,
    ...(row.description === null ? {} : { description: row.description }),
    ...(lead === undefined ? {} : { lead }),
    assigneeType: row.assignee_type,
    ...(assignee === undefined ? {} : { assignee }),
    realAssigneeType: row.assignee_type,
    ...(assignee === undefined ? {} : { realAssignee: assignee }),
    isAssigneeTypeValid: row.assignee_type !== 'COMPONENT_LEAD' || row.lead !== null,
    project: project.key,
    projectId: Number(project.id),
  }
}

function componentDraft({ site, body }: Ask, row: Component): Component {
  const { description, leadAccountId, assigneeType } = body
  const lead = leadAccountId === undefined ? row.lead : textOf(leadAccountId) || null
  if (lead !== null && site.store.users.get(lead) === undefined)
    throw new Refusal(400, [], { leadAccountId: `The user ${lead} does not exist.` })
  const type = ASSIGNEE_TYPES.find((one) => one === (assigneeType ?? row.assignee_type))
  if (type === undefined) throw new Refusal(400, [], { assigneeType: 'The assignee type is invalid.' })
  return {
    ...row,
    description: description === undefined ? row.description : textOf(description),
    lead,
    assignee_type: type,
  }
}

/** Source: Atlassian's OpenAPI document of version 3, "Project components" (2026-11-26). */
export function addComponents(on: On): void {
  const route = '/rest/api/:version/component'
  const asked = (ask: Ask): Found<Component> => {
    const one = found<Component>(ask, 'components', ask.part('component'))
    if (one !== undefined) return one
    throw new Refusal(404, [`The component with id ${ask.part('component')} does not exist.`])
  }
  const used = ({ site }: Ask, { project, row }: Found<Component>): readonly Issue[] =>
    issuesWith(site, project, ({ components }) => components, row.name)
  on('components.list', 'GET /rest/api/:version/project/:project/components', (ask) => {
    const project = askedProject(ask)
    return Response.json(project.components.map((row) => componentFull(ask, project, row)))
  })
  on('components.search', 'GET /rest/api/:version/project/:project/component', (ask) => {
    const project = askedProject(ask)
    const text = (ask.query('query') ?? '').toLowerCase()
    const rows = project.components.filter(
      ({ name, description }) => name.toLowerCase().includes(text) || (description ?? '').toLowerCase().includes(text),
    )
    return valuesPage(ask, `project/${project.key}/component`, rows, (row) => ({
      ...componentFull(ask, project, row),
      issueCount: used(ask, { project, row }).length,
    }))
  })
  on('components.create', `POST ${route}`, (ask) => {
    const { site, body } = ask
    const project = projectOfBody(ask, () => new Refusal(403, ['You cannot edit the configuration of this project.']))
    const row = componentDraft(ask, {
      id: site.next('component'),
      name: nameOf(
        body,
        project.components.map(({ name }) => name),
        'component',
      ),
      description: null,
      lead: null,
      assignee_type: 'PROJECT_DEFAULT',
    })
    site.store.projects.put({ ...project, components: [...project.components, row] })
    return Response.json(componentFull(ask, project, row), { status: 201 })
  })
  on('components.get', `GET ${route}/:component`, (ask) => {
    const { project, row } = asked(ask)
    return Response.json(componentFull(ask, project, row))
  })
  on('components.update', `PUT ${route}/:component`, (ask) => {
    const { site, body } = ask
    const { project, row } = asked(ask)
    const others = project.components.filter(({ id }) => id !== row.id).map(({ name }) => name)
    const name = body.name === undefined ? row.name : nameOf(body, others, 'component')
    const next = componentDraft(ask, { ...row, name })
    for (const issue of used(ask, { project, row }))
      site.store.issues.put({ ...issue, components: issue.components.map((one) => (one === row.name ? name : one)) })
    site.store.projects.put({
      ...project,
      components: project.components.map((one) => (one.id === row.id ? next : one)),
    })
    return Response.json(componentFull(ask, project, next))
  })
  on('components.delete', `DELETE ${route}/:component`, (ask) => {
    const { site, me, query } = ask
    const { project, row } = asked(ask)
    const to = query('moveIssuesTo')
    const heir = to === undefined ? undefined : project.components.find(({ id }) => id === to)
    if (to !== undefined && heir === undefined) throw new Refusal(404, [`The component with id ${to} does not exist.`])
    for (const issue of used(ask, { project, row })) {
      const rest = issue.components.filter((one) => one !== row.name)
      change(site, me.id, issue, { components: heir === undefined ? rest : [...new Set([...rest, heir.name])] })
    }
    site.store.projects.put({ ...project, components: project.components.filter(({ id }) => id !== row.id) })
    return new Response(null, { status: 204 })
  })
  on('components.issue_counts', `GET ${route}/:component/relatedIssueCounts`, (ask) => {
    const one = asked(ask)
    const self = `${ask.view.base}/rest/api/${ask.view.version}/component/${one.row.id}`
    return Response.json({ self, issueCount: used(ask, one).length })
  })
}
