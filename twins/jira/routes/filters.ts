import { type Ask, type On, pageOf, Refusal, valuesPage } from '../ask.ts'
import { search } from '../jql/index.ts'
import { changedBy, sharedWith } from '../shares.ts'
import { type Dashboard, type Fields, type Filter, textOf } from '../state.ts'
import { userBody } from '../wire.ts'
import { shareBody, shareOf, sharesOf } from './shares.ts'

/** Saved queries, and dashboards by their name alone. Source: Atlassian's OpenAPI document of version 3 (2026-11-26). */
export function addFilters(on: On): void {
  const route = '/rest/api/:version/filter'
  on('filters.create', `POST ${route}`, (ask) => {
    const { site, me, body } = ask
    const filter = site.store.filters.put({
      id: site.next('filter'),
      name: nameOf(ask),
      description: textOf(body.description),
      jql: jqlOf(ask, ''),
      owner: me.id,
      favourite_of: body.favourite === true ? [me.id] : [],
      shares: sharesOf(ask, body.sharePermissions),
      edits: sharesOf(ask, body.editPermissions),
    })
    return Response.json(bodyOf(ask, filter))
  })
  on('filters.mine', `GET ${route}/my`, (ask) => {
    const { site, me, query } = ask
    const too = query('includeFavourites') === 'true'
    const rows = site.store.filters
      .all()
      .filter(({ owner, favourite_of }) => owner === me.id || (too && favourite_of.includes(me.id)))
    return Response.json(rows.map((row) => bodyOf(ask, row)))
  })
  on('filters.favourites', `GET ${route}/favourite`, (ask) =>
    Response.json(
      ask.site.store.filters
        .all()
        .filter((row) => row.favourite_of.includes(ask.me.id) && sharedWith(ask.site, ask.me, row))
        .map((row) => bodyOf(ask, row)),
    ),
  )
  on('filters.search', `GET ${route}/search`, (ask) => {
    const { site, me, query, queries } = ask
    const [name, owner, ids] = [(query('filterName') ?? '').toLowerCase(), query('accountId'), queries('id')]
    const rows = site.store.filters
      .all()
      .filter(
        (row) =>
          sharedWith(site, me, row) &&
          row.name.toLowerCase().includes(name) &&
          (owner === undefined || row.owner === owner) &&
          (ids.length === 0 || ids.includes(row.id)),
      )
      .toSorted((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1))
    const wanted = queries('expand')
    return valuesPage(ask, 'filter/search', rows, (row) => {
      const { self, id, name: called, ...rest } = bodyOf(ask, row)
      const more = Object.entries(rest).filter(([key]) => wanted.includes(key))
      return { expand: Object.keys(rest).join(','), ...{ self, id, name: called }, ...Object.fromEntries(more) }
    })
  })
  on('filters.get', `GET ${route}/:filter`, (ask) => Response.json(bodyOf(ask, asked(ask))))
  on('filters.update', `PUT ${route}/:filter`, (ask) => {
    const { site, body } = ask
    const before = asked(ask)
    mine(ask, before)
    const filter = site.store.filters.put({
      ...before,
      name: body.name === undefined ? before.name : nameOf(ask, before.id),
      description: body.description === undefined ? before.description : textOf(body.description),
      jql: jqlOf(ask, before.jql),
      shares: sharesOf(ask, body.sharePermissions, before.shares),
      edits: sharesOf(ask, body.editPermissions, before.edits),
    })
    return Response.json(bodyOf(ask, filter))
  })
  addShares(on, `${route}/:filter`)
  on('filters.delete', `DELETE ${route}/:filter`, (ask) => {
    const filter = asked(ask)
    mine(ask, filter)
    ask.site.store.filters.remove(filter.id)
    return new Response(null, { status: 204 })
  })
  const favourite =
    (is: boolean) =>
    (ask: Ask): Response => {
      const { site, me } = ask
      const filter = asked(ask)
      const others = filter.favourite_of.filter((id) => id !== me.id)
      return Response.json(
        bodyOf(ask, site.store.filters.put({ ...filter, favourite_of: is ? [...others, me.id] : others })),
      )
    }
  on('filters.add_favourite', `PUT ${route}/:filter/favourite`, favourite(true))
  on('filters.remove_favourite', `DELETE ${route}/:filter/favourite`, favourite(false))
  addDashboards(on)
}

function bodyOf(ask: Ask, filter: Filter): Fields {
  const { site, me, view } = ask
  const jql = encodeURIComponent(filter.jql)
  return {
    self: `${view.base}/rest/api/${view.version}/filter/${filter.id}`,
    id: filter.id,
    name: filter.name,
    description: filter.description,
    owner: userBody(view, site.user(filter.owner)),
    jql: filter.jql,
    viewUrl: `${site.url}/issues/?filter=${filter.id}`,
    searchUrl: `${view.base}/rest/api/${view.version}/search?jql=${jql}`,
    favourite: filter.favourite_of.includes(me.id),
    favouritedCount: filter.favourite_of.length,
    sharePermissions: filter.shares.map((share) => shareBody(ask, share)),
    editPermissions: filter.edits.map((share) => shareBody(ask, share)),
    isWritable: changedBy(site, me, filter),
    subscriptions: { size: 0, items: [], 'max-results': 0, 'start-index': 0, 'end-index': 0 },
  }
}

/** The filter that the path names, if it is shared with who asks. Wording: as clients report it of Jira (public repositories, 2026-11-26). */
function asked({ site, me, part }: Ask): Filter {
  const filter = site.store.filters.get(part('filter'))
  if (filter === undefined || !sharedWith(site, me, filter))
    throw new Refusal(400, [
      'The selected filter is not available to you, perhaps it has been deleted or had its permissions changed.',
    ])
  return filter
}

/** Only its owner, and those who may edit it, change a filter. */
function mine({ site, me }: Ask, filter: Filter): void {
  if (!changedBy(site, me, filter)) throw new Refusal(400, ['You do not have permission to edit this filter.'])
}

function addShares(on: On, route: string): void {
  on('filters.shares', `GET ${route}/permission`, (ask) =>
    Response.json(asked(ask).shares.map((share) => shareBody(ask, share))),
  )
  on('filters.share', `POST ${route}/permission`, (ask) => {
    const filter = asked(ask)
    mine(ask, filter)
    const next = ask.site.store.filters.put({ ...filter, shares: [...filter.shares, shareOf(ask, ask.body)] })
    return Response.json(
      next.shares.map((share) => shareBody(ask, share)),
      { status: 201 },
    )
  })
  const one = (ask: Ask) => {
    const share = asked(ask).shares.find(({ id }) => id === ask.part('share'))
    if (share === undefined) throw new Refusal(404, [`The share permission '${ask.part('share')}' does not exist.`])
    return share
  }
  on('filters.get_share', `GET ${route}/permission/:share`, (ask) => Response.json(shareBody(ask, one(ask))))
  on('filters.unshare', `DELETE ${route}/permission/:share`, (ask) => {
    const [filter, share] = [asked(ask), one(ask)]
    mine(ask, filter)
    ask.site.store.filters.put({ ...filter, shares: filter.shares.filter(({ id }) => id !== share.id) })
    return new Response(null, { status: 204 })
  })
  on('filters.set_owner', `PUT ${route}/owner`, (ask) => {
    const { site, body } = ask
    const filter = asked(ask)
    mine(ask, filter)
    const owner = textOf(body.accountId)
    if (site.store.users.get(owner) === undefined) throw new Refusal(400, ['The new owner does not exist.'])
    site.store.filters.put({ ...filter, owner })
    return new Response(null, { status: 204 })
  })
}

function nameOf({ site, me, body }: Ask, besides?: string): string {
  const name = textOf(body.name).trim()
  if (name === '') throw new Refusal(400, [], { filterName: 'You must specify a name to save this filter as.' })
  const taken = site.store.filters.find(name.toLowerCase()).some(({ id, owner }) => owner === me.id && id !== besides)
  if (taken) throw new Refusal(400, [], { filterName: 'Filter with same name already exists.' })
  return name
}

/** The query of a body, which has to be one that Jira takes. */
function jqlOf({ site, me, body }: Ask, otherwise: string): string {
  if (body.jql === undefined) return otherwise
  const jql = textOf(body.jql)
  search(site, me.id, jql, [])
  return jql
}

function addDashboards(on: On): void {
  const route = '/rest/api/:version/dashboard'
  const dashboardBody = (ask: Ask, row: Dashboard): Fields => ({
    id: row.id,
    isFavourite: false,
    name: row.name,
    ...(row.description === '' ? {} : { description: row.description }),
    owner: userBody(ask.view, ask.site.user(row.owner)),
    popularity: 0,
    self: `${ask.view.base}/rest/api/${ask.view.version}/dashboard/${row.id}`,
    sharePermissions: row.shares.map((share) => shareBody(ask, share)),
    editPermissions: row.edits.map((share) => shareBody(ask, share)),
    view: `/jira/dashboards/${row.id}`,
    isWritable: changedBy(ask.site, ask.me, row),
    systemDashboard: false,
  })
  const askedDashboard = ({ site, me, part }: Ask): Dashboard => {
    const dashboard = site.store.dashboards.get(part('dashboard'))
    if (dashboard === undefined || !sharedWith(site, me, dashboard))
      throw new Refusal(404, [`The dashboard with id '${part('dashboard')}' does not exist.`])
    return dashboard
  }
  const mine = ({ site, me }: Ask): readonly Dashboard[] =>
    site.store.dashboards.all().filter((row) => sharedWith(site, me, row))
  on('dashboards.list', `GET ${route}`, (ask) => {
    const { view } = ask
    const { startAt, maxResults } = pageOf(ask, 20, 1000)
    const rows = mine(ask)
    const at = (from: number): string => `${view.base}/rest/api/${view.version}/dashboard?startAt=${from}`
    return Response.json({
      startAt,
      maxResults,
      total: rows.length,
      ...(startAt > 0 ? { prev: at(Math.max(0, startAt - maxResults)) } : {}),
      ...(startAt + maxResults < rows.length ? { next: at(startAt + maxResults) } : {}),
      dashboards: rows.slice(startAt, startAt + maxResults).map((row) => dashboardBody(ask, row)),
    })
  })
  on('dashboards.create', `POST ${route}`, (ask) => {
    const { site, me, body } = ask
    const name = textOf(body.name).trim()
    if (name === '') throw new Refusal(400, [], { name: 'You must specify a name to save this dashboard as.' })
    const row: Dashboard = {
      id: site.next('dashboard'),
      name,
      description: textOf(body.description),
      owner: me.id,
      shares: sharesOf(ask, body.sharePermissions),
      edits: sharesOf(ask, body.editPermissions),
    }
    return Response.json(dashboardBody(ask, site.store.dashboards.put(row)))
  })
  on('dashboards.search', `GET ${route}/search`, (ask) => {
    const name = (ask.query('dashboardName') ?? '').toLowerCase()
    const rows = mine(ask).filter((row) => row.name.toLowerCase().includes(name))
    return valuesPage(ask, 'dashboard/search', rows, (row) => dashboardBody(ask, row))
  })
  on('dashboards.get', `GET ${route}/:dashboard`, (ask) => Response.json(dashboardBody(ask, askedDashboard(ask))))
  on('dashboards.update', `PUT ${route}/:dashboard`, (ask) => {
    const { site, me, body } = ask
    const before = askedDashboard(ask)
    if (!changedBy(site, me, before)) throw new Refusal(400, ['You do not have permission to edit this dashboard.'])
    const name = textOf(body.name).trim()
    if (name === '') throw new Refusal(400, [], { name: 'You must specify a name to save this dashboard as.' })
    const row: Dashboard = {
      ...before,
      name,
      description: textOf(body.description),
      shares: sharesOf(ask, body.sharePermissions, before.shares),
      edits: sharesOf(ask, body.editPermissions, before.edits),
    }
    return Response.json(dashboardBody(ask, site.store.dashboards.put(row)))
  })
  on('dashboards.delete', `DELETE ${route}/:dashboard`, (ask) => {
    const dashboard = askedDashboard(ask)
    if (dashboard.owner !== ask.me.id) throw new Refusal(400, ['You do not have permission to edit this dashboard.'])
    ask.site.store.dashboards.remove(dashboard.id)
    return new Response(null, { status: 204 })
  })
}
