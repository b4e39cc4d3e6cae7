import { notModelled } from '../../../twin.ts'
import { type Ask, issueFor, type On, projectFor, Refusal } from '../../ask.ts'
import { tellBoard } from '../../events.ts'
import { GAPS } from '../../gaps.ts'
import { newBoard } from '../../seed.ts'
import { type Board, type Fields, fieldsOf, type Issue, textOf } from '../../state.ts'
import { projectBody } from '../../wire.ts'
import { versionFull } from '../versions.ts'
import {
  AGILE,
  agilePage,
  askedBoard,
  askedSprint,
  boardBody,
  epicBody,
  epicOf,
  issuesOn,
  issuesPage,
  SOFTWARE,
  seesBoard,
  sprintBody,
  waits,
} from './page.ts'

const NAME_MAX = 255

/** Source: https://developer.atlassian.com/cloud/jira/software/rest/api-group-board, by its client jira.js 6.2 (2026-11-26). */
export function addBoards(on: On): void {
  on('boards.list', `GET ${AGILE}/board`, (ask) => {
    const { site, query, queries } = ask
    const [types, name, wanted] = [queries('type'), (query('name') ?? '').toLowerCase(), query('projectKeyOrId')]
    const project = wanted === undefined ? undefined : projectFor(ask, wanted)
    if (wanted !== undefined && project === undefined)
      throw new Refusal(400, [`No project could be found with key or id '${wanted}'.`])
    const rows = site.store.boards
      .all()
      .filter(
        (board) =>
          seesBoard(ask, board) &&
          (types.length === 0 || types.includes(board.type)) &&
          board.name.toLowerCase().includes(name) &&
          (project === undefined || board.project === project.key),
      )
    return agilePage(ask, rows, (board) => boardBody(ask, board))
  })
  on('boards.create', `POST ${AGILE}/board`, create)
  on('boards.of_filter', `GET ${AGILE}/board/filter/:filter`, (ask) => {
    const rows = ask.site.store.boards
      .all()
      .filter((board) => board.filter === ask.part('filter') && seesBoard(ask, board))
    return agilePage(ask, rows, ({ id, name }) => ({
      id: Number(id),
      self: `${ask.view.base}${AGILE}/board/${id}`,
      name,
    }))
  })
  on('boards.get', `GET ${AGILE}/board/:board`, (ask) => Response.json(boardBody(ask, askedBoard(ask))))
  on('boards.delete', `DELETE ${AGILE}/board/:board`, (ask) => {
    const { site } = ask
    const board = askedBoard(ask)
    site.store.boards.remove(board.id)
    tellBoard(site, 'deleted', boardBody(ask, board))
    return new Response(null, { status: 204 })
  })
  on('boards.configuration', `GET ${AGILE}/board/:board/configuration`, configuration)
  on('boards.projects', `GET ${AGILE}/board/:board/project`, (ask) =>
    agilePage(ask, [ask.site.project(askedBoard(ask).project)], (project) => projectBody(ask.view, project)),
  )
  on('boards.versions', `GET ${AGILE}/board/:board/version`, (ask) => {
    const project = ask.site.project(askedBoard(ask).project)
    const wanted = ask.query('released')
    const rows = project.versions.filter(({ released }) => wanted === undefined || String(released) === wanted)
    // Versions have numbers here: GetAllVersions of Atlassian's document of Jira Software.
    return agilePage(ask, rows, (row) => ({ ...versionFull(ask, project, row), id: Number(row.id) }))
  })
  on('boards.sprints', `GET ${AGILE}/board/:board/sprint`, (ask) => {
    const board = askedBoard(ask)
    sprinting(board)
    const states = ask.queries('state')
    const rows = ask.site.store.sprints
      .find(`on ${board.id}`)
      .filter(({ state }) => states.length === 0 || states.includes(state))
    return agilePage(ask, rows, (row) => sprintBody(ask, row))
  })
  on('boards.epics', `GET ${AGILE}/board/:board/epic`, (ask) => {
    const { site, query } = ask
    const board = askedBoard(ask)
    const done = query('done')
    const rows = site.store.issues
      .all()
      .filter(({ project, type }) => project === board.project && site.type(type).level === 1)
      .filter(({ status }) => done === undefined || String(site.status(status).category === 'done') === done)
    return agilePage(ask, rows, (row) => epicBody(ask, row))
  })
  for (const api of [AGILE, SOFTWARE]) addLists(on, api)
}

function addLists(on: On, api: string): void {
  const byToken = api === SOFTWARE
  const list = (operation: string, path: string, of: (ask: Ask, board: Board) => readonly Issue[]): void =>
    on(operation, `GET ${api}/board/:board/${path}`, (ask) => issuesPage(ask, byToken, of(ask, askedBoard(ask))))
  const backlog = (ask: Ask, board: Board): readonly Issue[] => {
    if (board.type === 'kanban') throw notModelled('jira', GAPS, 'backlogs of kanban boards')
    return issuesOn(ask, board).filter((issue) => waits(ask.site, issue))
  }
  list('boards.issues', 'issue', issuesOn)
  list('boards.backlog', 'backlog', backlog)
  list('boards.issues_without_epic', 'epic/none/issue', (ask, board) =>
    issuesOn(ask, board).filter((issue) => epicOf(ask.site, issue) === undefined),
  )
  list('boards.epic_issues', 'epic/:epic/issue', (ask, board) => {
    const epic = issueFor(ask, ask.part('epic'))
    return issuesOn(ask, board).filter((issue) => epicOf(ask.site, issue)?.id === epic?.id)
  })
  list('boards.sprint_issues', 'sprint/:sprint/issue', (ask, board) => {
    const sprint = askedSprint(ask)
    return issuesOn(ask, board).filter(({ sprints }) => sprints.includes(sprint.id))
  })
  if (!byToken) return
  const counts = { issue: issuesOn, backlog }
  for (const [path, of] of Object.entries(counts))
    on(`boards.${path}_count`, `GET ${api}/board/:board/${path}/approximate-count`, (ask) =>
      Response.json({ count: of(ask, askedBoard(ask)).length }),
    )
}

/** Kanban boards have none. Wording as clients report it: https://github.com/pycontribs/jira/issues (2026-11-26). */
export function sprinting({ type }: Board): void {
  if (type === 'kanban') throw new Refusal(400, ['The board does not support sprints'])
}

function create(ask: Ask): Response {
  const { site, body } = ask
  const [name, type, filter] = [textOf(body.name), textOf(body.type), site.store.filters.get(textOf(body.filterId))]
  const location = fieldsOf(body.location)
  const errors: Record<string, string> = {}
  if (name === '' || name.length >= NAME_MAX) errors.name = 'The board name must be between 1 and 255 characters.'
  if (type !== 'scrum' && type !== 'kanban') errors.type = 'The board type must be scrum or kanban.'
  if (filter === undefined) errors.filterId = 'The filter does not exist or you do not have permission to view it.'
  if (Object.keys(errors).length > 0 || filter === undefined) throw new Refusal(400, [], errors)
  if (location.type === 'user') throw notModelled('jira', GAPS, 'boards of people')
  const named = textOf(location.projectKeyOrId) || /\bproject\s*=\s*"?([A-Z][A-Z0-9_]*)/i.exec(filter.jql)?.[1] || ''
  const project = projectFor(ask, named)
  if (project === undefined) throw new Refusal(400, [`No project could be found with key or id '${named}'.`])
  const board = newBoard(site, name, type === 'kanban' ? 'kanban' : 'scrum', project, filter.id)
  tellBoard(site, 'created', boardBody(ask, board))
  return Response.json(boardBody(ask, board), { status: 201 })
}

/** One column a status, as on a new board. */
function configuration(ask: Ask): Response {
  const { site, view } = ask
  const board = askedBoard(ask)
  const project = site.project(board.project)
  const estimate = site.store.fields.all().find(({ name }) => /^story point/i.test(name))
  const api = `${view.base}/rest/api/2`
  return Response.json({
    id: Number(board.id),
    name: board.name,
    type: board.type,
    self: `${view.base}${AGILE}/board/${board.id}/configuration`,
    location: {
      type: 'project',
      key: project.key,
      id: project.id,
      self: `${api}/project/${project.id}`,
      name: project.name,
    },
    filter: { id: board.filter, self: `${api}/filter/${board.filter}` },
    ...(board.type === 'kanban'
      ? { subQuery: { query: 'fixVersion in unreleasedVersions() OR fixVersion is EMPTY' } }
      : {}),
    columnConfig: {
      columns: project.statuses.map((name) => {
        const { id } = site.status(name)
        return { name, statuses: [{ id, self: `${api}/status/${id}` }] }
      }),
      constraintType: 'none',
    },
    ...(board.type === 'kanban' ? {} : { estimation: estimation(estimate) }),
    ranking: { rankCustomFieldId: 10_019 },
  })
}

const estimation = (field: { readonly id: string; readonly name: string } | undefined): Fields =>
  field === undefined ? { type: 'none' } : { type: 'field', field: { fieldId: field.id, displayName: field.name } }
