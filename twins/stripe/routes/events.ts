import type { Account } from '../account.ts'
import type { Serve } from '../answer.ts'
import { malformed, missing } from '../errors.ts'
import { kept, pendingWebhooks } from '../events.ts'
import { LIST_SPEC, page } from '../lists.ts'
import { flag, list, string } from '../params.ts'
import type { StoredEvent } from '../state.ts'
import { eventBody, type Wire } from '../wire.ts'

export function addEvents(account: Account, serve: Serve): void {
  const { state } = account
  const body = (event: StoredEvent): Wire => eventBody(event, pendingWebhooks(account, event))
  serve({
    name: 'events.retrieve',
    route: 'GET /v1/events/:id',
    spec: {},
    gives: 'event',
    run(_, at) {
      const event = state.events.get(at('id'))
      if (event === undefined || !kept(account, event)) throw missing('event', at('id'), 'id', 404)
      return body(event)
    },
  })
  serve({
    name: 'events.list',
    route: 'GET /v1/events',
    spec: { ...LIST_SPEC, delivery_success: flag(), type: string(), types: list(string()) },
    gives: 'event',
    list: true,
    run(params) {
      if (params.type !== undefined && params.types !== undefined) {
        throw malformed('You may only specify one of these parameters: type, types.', { code: 'parameters_exclusive' })
      }
      const wanted = state.events
        .all()
        .filter((event) => kept(account, event))
        .filter(({ type }) => params.type === undefined || matches(params.type, type))
        .filter(({ type }) => params.types === undefined || params.types.includes(type))
        .filter(
          (event) => params.delivery_success === undefined || delivered(account, event) === params.delivery_success,
        )
      return page('/v1/events', 'event', wanted, params, body)
    },
  })
}

/** `charge.*` takes all of a kind: https://docs.stripe.com/api/events/list (2026-11-24). */
const matches = (pattern: string, type: string): boolean =>
  pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : pattern === type

const delivered = (account: Account, event: StoredEvent): boolean =>
  account.state.webhook_deliveries.all().every((one) => one.event !== event.id || one.status === 'taken')
