import { notModelled } from '../../twin.ts'
import { type Ask, type On, Refusal, valuesPage } from '../ask.ts'
import { APP_EVENTS, EVENTS, strange } from '../events.ts'
import { GAPS } from '../gaps.ts'
import { usesOf } from '../jql/index.ts'
import { type Fields, fieldsOf, listOf, textOf, type Webhook } from '../state.ts'

/** https://developer.atlassian.com/cloud/jira/platform/webhooks (2026-11-26): an app's expire after 30 days. */
const LIFE_MS = 30 * 86_400_000
/** What the filter of an app's webhook may look at: same page. */
const FILTERS = ['issuekey', 'key', 'project', 'issuetype', 'status', 'assignee', 'reporter']
const OPERATORS = ['=', '!=', 'in', 'not in']
const ONLY_APPS = 'Only Connect and OAuth 2.0 apps can use this operation.'

export function addWebhooks(on: On): void {
  addOfApps(on)
  addOfAdmins(on)
}

function ofApp({ site, me }: Ask, id: string): Webhook | undefined {
  const webhook = site.store.webhooks.get(id)
  return webhook?.kind === 'app' && webhook.owner === me.id && (webhook.expires_ms ?? 0) > site.now()
    ? webhook
    : undefined
}

function onlyApps({ via }: Ask): void {
  if (via !== 'oauth') throw new Refusal(403, [ONLY_APPS])
}

function addOfApps(on: On): void {
  on('webhooks.register', 'POST /rest/api/:version/webhook', (ask) => {
    onlyApps(ask)
    const { site, me, body } = ask
    const [url, wishes] = [textOf(body.url), listOf(body.webhooks)]
    if (!URL.canParse(url)) throw new Refusal(400, ['The URL of the webhook is not valid.'])
    if (wishes.length === 0) throw new Refusal(400, ['No webhooks were provided.'])
    const results = wishes.map((one) => {
      const wish = fieldsOf(one)
      const errors = faultsOf(wish)
      if (errors.length > 0) return { errors }
      const id = site.next('webhook')
      site.store.webhooks.put({
        id,
        kind: 'app',
        name: id,
        url,
        events: listOf(wish.events).map(textOf),
        jql: textOf(wish.jqlFilter),
        fields: listOf(wish.fieldIdsFilter).map(textOf),
        properties: listOf(wish.issuePropertyKeysFilter).map(textOf),
        secret: null,
        enabled: true,
        exclude_body: false,
        expires_ms: site.now() + LIFE_MS,
        owner: me.id,
      })
      return { createdWebhookId: Number(id) }
    })
    return Response.json({ webhookRegistrationResult: results })
  })
  on('webhooks.list', 'GET /rest/api/:version/webhook', (ask) => {
    onlyApps(ask)
    const rows = ask.site.store.webhooks.all().filter(({ id }) => ofApp(ask, id) !== undefined)
    return valuesPage(ask, 'webhook', rows, ({ id, url, jql, fields, properties, events, expires_ms }) => ({
      id: Number(id),
      url,
      jqlFilter: jql,
      ...(fields.length === 0 ? {} : { fieldIdsFilter: fields }),
      ...(properties.length === 0 ? {} : { issuePropertyKeysFilter: properties }),
      events,
      expirationDate: expires_ms,
    }))
  })
  on('webhooks.failed', 'GET /rest/api/:version/webhook/failed', () => {
    throw new Refusal(403, ['Only Connect apps can use this operation.'])
  })
  on('webhooks.delete', 'DELETE /rest/api/:version/webhook', (ask) => {
    onlyApps(ask)
    for (const id of listOf(ask.body.webhookIds).map(textOf))
      if (ofApp(ask, id) !== undefined) ask.site.store.webhooks.remove(id)
    return new Response(null, { status: 202 })
  })
  on('webhooks.refresh', 'PUT /rest/api/:version/webhook/refresh', (ask) => {
    onlyApps(ask)
    const expires_ms = ask.site.now() + LIFE_MS
    for (const id of listOf(ask.body.webhookIds).map(textOf)) {
      const webhook = ofApp(ask, id)
      if (webhook !== undefined) ask.site.store.webhooks.put({ ...webhook, expires_ms })
    }
    return Response.json({ expirationDate: expires_ms })
  })
}

function faultsOf({ events, jqlFilter }: Fields): readonly string[] {
  const wanted = listOf(events).map(textOf)
  const unknown = wanted.filter((event) => !APP_EVENTS.includes(event))
  if (wanted.length === 0 || unknown.length > 0)
    return [`The following events are not supported: ${unknown.join(', ')}`]
  if (typeof jqlFilter !== 'string' || jqlFilter.trim() === '') return ['The JQL filter is required.']
  try {
    const bad = usesOf(jqlFilter).find(
      ({ field, operator }) =>
        (!FILTERS.includes(field) && !field.startsWith('customfield_')) || !OPERATORS.includes(operator),
    )
    return bad === undefined ? [] : [`The clause ${bad.field} ${bad.operator} is unsupported`]
  } catch (error) {
    if (error instanceof Refusal) return [error.message]
    throw error
  }
}

function addOfAdmins(on: On): void {
  const route = '/rest/webhooks/1.0/webhook'
  const bodyOf = ({ view }: Ask, { id, name, url, events, jql, enabled, exclude_body }: Webhook): Fields => ({
    name,
    url,
    events,
    filters: { 'issue-related-events-section': jql },
    excludeBody: exclude_body,
    enabled,
    self: `${view.base}${route}/${id}`,
  })
  const asked = ({ site, part }: Ask): Webhook => {
    const webhook = site.store.webhooks.get(part('id'))
    if (webhook?.kind !== 'admin') throw new Refusal(404, [`The webhook with id ${part('id')} does not exist.`])
    return webhook
  }
  /** The webhook that a body describes, over what there was. */
  const wished = ({ site, me, body }: Ask, before?: Webhook): Webhook => {
    const name = body.name === undefined ? (before?.name ?? '') : textOf(body.name)
    const url = body.url === undefined ? (before?.url ?? '') : textOf(body.url)
    const events = body.events === undefined ? (before?.events ?? []) : listOf(body.events).map(textOf)
    if (name === '' || !URL.canParse(url)) throw new Refusal(400, ['The name and the URL of a webhook are required.'])
    const unknown = events.filter((event) => !EVENTS.includes(event))
    if (unknown.length > 0) throw new Refusal(400, [`The following events are not supported: ${unknown.join(', ')}`])
    if (strange(url).length > 0) throw notModelled('jira', GAPS, 'variables in the addresses of webhooks')
    const jql =
      body.filters === undefined ? (before?.jql ?? '') : textOf(fieldsOf(body.filters)['issue-related-events-section'])
    usesOf(jql)
    return {
      id: before?.id ?? site.next('webhook'),
      kind: 'admin',
      name,
      url,
      events,
      jql,
      fields: [],
      properties: [],
      secret: body.secret === undefined ? (before?.secret ?? null) : textOf(body.secret) || null,
      enabled: typeof body.enabled === 'boolean' ? body.enabled : (before?.enabled ?? true),
      exclude_body: typeof body.excludeBody === 'boolean' ? body.excludeBody : (before?.exclude_body ?? false),
      expires_ms: null,
      owner: before?.owner ?? me.id,
    }
  }
  on('admin_webhooks.create', `POST ${route}`, (ask) =>
    Response.json(bodyOf(ask, ask.site.store.webhooks.put(wished(ask))), { status: 201 }),
  )
  on('admin_webhooks.update', `PUT ${route}/:id`, (ask) =>
    Response.json(bodyOf(ask, ask.site.store.webhooks.put(wished(ask, asked(ask))))),
  )
  on('admin_webhooks.list', `GET ${route}`, (ask) =>
    Response.json(
      ask.site.store.webhooks
        .all()
        .filter(({ kind }) => kind === 'admin')
        .map((webhook) => bodyOf(ask, webhook)),
    ),
  )
  on('admin_webhooks.get', `GET ${route}/:id`, (ask) => Response.json(bodyOf(ask, asked(ask))))
  on('admin_webhooks.delete', `DELETE ${route}/:id`, (ask) => {
    ask.site.store.webhooks.remove(asked(ask).id)
    return new Response(null, { status: 204 })
  })
}
