import type { Context } from 'hono'
import { notModelled, type TwinApp } from '../../twin.ts'
import type { Desk } from '../batches.ts'
import { GAPS } from '../gaps.ts'
import { checkKey } from '../guard.ts'
import { pageOf } from '../paging.ts'
import type { Item, WebhookEndpoint } from '../state.ts'
import { EVENT_TYPES, newEndpoint } from '../webhooks.ts'
import { commonHeaders, errorBody, invalid, refusal } from '../wire.ts'

/** `WebhookEndpoint` of openai 7.57. Assumed: which part of a secret its hint shows. */
const endpointBody = ({ id, created_at, updated_at, url, name, event_types, secret }: WebhookEndpoint): Item => ({
  id,
  object: 'webhook_endpoint',
  created_at,
  updated_at,
  name,
  url,
  event_types,
  signing_secret_hint: `whsec_...${secret.slice(-4)}`,
})

type Asked = { readonly url?: string; readonly name?: string; readonly event_types?: readonly string[] }

/** What is asked of an endpoint, or the refusal. Events of what nobody here can cause are never sent. */
function readAsked(body: Item, needed: readonly string[]): Asked | Response {
  for (const name of needed)
    if (body[name] === undefined)
      return invalid(`Missing required parameter: '${name}'.`, name, 'missing_required_parameter')
  const { url, name, event_types } = body
  if (url !== undefined && (typeof url !== 'string' || !URL.canParse(url)))
    return invalid("Invalid 'url': expected an HTTPS URL.", 'url', 'invalid_value')
  if (event_types !== undefined) {
    const types = Array.isArray(event_types) ? (event_types as readonly string[]) : []
    if (types.length === 0) return invalid("Invalid 'event_types': empty array.", 'event_types', 'empty_array')
    if (types.some((type) => !EVENT_TYPES.includes(type)))
      throw notModelled('openai', GAPS, 'events of other resources')
  }
  return {
    ...(typeof url === 'string' ? { url } : {}),
    ...(typeof name === 'string' ? { name } : {}),
    ...(event_types === undefined ? {} : { event_types: event_types as readonly string[] }),
  }
}

export function addWebhookEndpointRoutes(app: TwinApp, desk: Desk): void {
  const { world, seed, state } = desk
  const reply = (body: Item): Response => Response.json(body, { headers: commonHeaders(world) })
  const guarded = (operation: string, route: string, run: (c: Context) => Response | Promise<Response>): void =>
    app.on(operation, route, (c) => checkKey(c.req.header('authorization'), seed) ?? run(c))
  const onEndpoint =
    (act: (endpoint: WebhookEndpoint, c: Context) => Response | Promise<Response>) =>
    (c: Context): Response | Promise<Response> => {
      const id = c.req.param('id') ?? ''
      const endpoint = state.webhook_endpoints.get(id)
      if (endpoint !== undefined) return act(endpoint, c)
      return refusal(404, errorBody(`No such webhook endpoint: ${id}`, 'invalid_request_error', 'id', null))
    }
  guarded('webhooks.create', 'POST /v1/webhook_endpoints', async (c) => {
    const asked = readAsked((await c.req.json().catch(() => ({}))) as Item, ['name', 'url', 'event_types'])
    if (asked instanceof Response) return asked
    const { url = '', name, event_types } = asked
    const endpoint = newEndpoint(desk, { url, name, events: event_types })
    return reply({ ...endpointBody(endpoint), signing_secret: endpoint.secret })
  })
  guarded('webhooks.list', 'GET /v1/webhook_endpoints', (c) => {
    const page = pageOf(state.webhook_endpoints.all().toReversed().map(endpointBody), c.req.query(), 'webhook endpoint')
    return page instanceof Response ? page : reply(page)
  })
  guarded(
    'webhooks.retrieve',
    'GET /v1/webhook_endpoints/:id',
    onEndpoint((endpoint) => reply(endpointBody(endpoint))),
  )
  guarded(
    'webhooks.update',
    'POST /v1/webhook_endpoints/:id',
    onEndpoint(async (endpoint, c) => {
      const asked = readAsked((await c.req.json().catch(() => ({}))) as Item, [])
      if (asked instanceof Response) return asked
      Object.assign(endpoint, asked, { updated_at: Math.floor(world.clock.now() / 1000) })
      return reply(endpointBody(endpoint))
    }),
  )
  guarded(
    'webhooks.delete',
    'DELETE /v1/webhook_endpoints/:id',
    onEndpoint((endpoint) => {
      state.webhook_endpoints.remove(endpoint.id)
      return reply({ id: endpoint.id, object: 'webhook_endpoint.deleted', deleted: true })
    }),
  )
}
