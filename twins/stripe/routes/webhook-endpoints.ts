import type { Account } from '../account.ts'
import type { Serve } from '../answer.ts'
import { malformed, missing } from '../errors.ts'
import { EVENT_TYPES } from '../event-types.ts'
import { gap } from '../gaps.ts'
import { PAGE_SPEC, page } from '../lists.ts'
import {
  emptyable,
  type Field,
  flag,
  list,
  mergeMetadata,
  metadata,
  required,
  string,
  unmodelled,
  url,
} from '../params.ts'
import type { WebhookEndpoint } from '../state.ts'
import { API_VERSION, deletedBody, webhookEndpointBody } from '../wire.ts'

/** A type Stripe knows, even one that this twin never sends. */
const eventType = (): Field<string> => ({
  needed: false,
  read(raw, path) {
    const type = string().read(raw, path)
    if (type === '*' || EVENT_TYPES.has(type)) return type
    throw malformed(`Invalid ${path}: must be one of ${[...EVENT_TYPES].join(', ')} or *`, { param: path })
  },
})

const version = (): Field<string> => ({
  needed: false,
  read(raw, path) {
    const wanted = string().read(raw, path)
    if (wanted !== API_VERSION) throw gap('other API versions')
    return wanted
  },
})

export function addWebhookEndpoints(account: Account, serve: Serve): void {
  const { state } = account
  const endpointAt = (id: string): WebhookEndpoint => {
    const endpoint = state.webhook_endpoints.get(id)
    if (endpoint === undefined) throw missing('webhook endpoint', id, 'webhook_endpoint', 404)
    return endpoint
  }
  serve({
    name: 'webhook_endpoints.create',
    route: 'POST /v1/webhook_endpoints',
    spec: {
      api_version: version(),
      connect: unmodelled(() => gap('Connect')),
      description: emptyable(string()),
      enabled_events: required(list(eventType())),
      metadata: metadata(),
      url: required(url()),
    },
    gives: 'webhook_endpoint',
    run(params) {
      const endpoint = newEndpoint(account, {
        url: params.url,
        enabled_events: params.enabled_events,
        api_version: params.api_version ?? null,
      })
      endpoint.description = params.description || null
      endpoint.metadata = mergeMetadata({}, params.metadata)
      return webhookEndpointBody(state.webhook_endpoints.add(endpoint), 'shown')
    },
  })
  serve({
    name: 'webhook_endpoints.retrieve',
    route: 'GET /v1/webhook_endpoints/:id',
    spec: {},
    gives: 'webhook_endpoint',
    run: (_, at) => webhookEndpointBody(endpointAt(at('id')), 'hidden'),
  })
  serve({
    name: 'webhook_endpoints.update',
    route: 'POST /v1/webhook_endpoints/:id',
    spec: {
      description: emptyable(string()),
      disabled: flag(),
      enabled_events: list(eventType()),
      metadata: metadata(),
      url: url(),
    },
    gives: 'webhook_endpoint',
    run(params, at) {
      const endpoint = endpointAt(at('id'))
      endpoint.metadata = mergeMetadata(endpoint.metadata, params.metadata)
      if (params.description !== undefined) endpoint.description = params.description || null
      if (params.disabled !== undefined) endpoint.status = params.disabled ? 'disabled' : 'enabled'
      if (params.enabled_events !== undefined) endpoint.enabled_events = params.enabled_events
      if (params.url !== undefined) endpoint.url = params.url
      return webhookEndpointBody(endpoint, 'hidden')
    },
  })
  serve({
    name: 'webhook_endpoints.delete',
    route: 'DELETE /v1/webhook_endpoints/:id',
    spec: {},
    gives: 'webhook_endpoint',
    run(_, at) {
      const endpoint = endpointAt(at('id'))
      state.webhook_endpoints.remove(endpoint.id)
      return deletedBody('webhook_endpoint', endpoint.id)
    },
  })
  serve({
    name: 'webhook_endpoints.list',
    route: 'GET /v1/webhook_endpoints',
    spec: PAGE_SPEC,
    gives: 'webhook_endpoint',
    list: true,
    run: (params) =>
      page('/v1/webhook_endpoints', 'webhook endpoint', state.webhook_endpoints.all(), params, (endpoint) =>
        webhookEndpointBody(endpoint, 'hidden'),
      ),
  })
}

type Wish = {
  readonly url: string
  readonly enabled_events: readonly string[]
  readonly api_version: string | null
  readonly secret?: string | undefined
}

/** An endpoint that listens; not stored yet. */
export const newEndpoint = (account: Account, wish: Wish): WebhookEndpoint => ({
  id: account.newId('we_1', 23, account.state.webhook_endpoints),
  created: account.nowS(),
  secret: wish.secret ?? account.world.id('whsec_', 32),
  api_version: wish.api_version,
  description: null,
  enabled_events: wish.enabled_events,
  metadata: {},
  status: 'enabled',
  url: wish.url,
})
