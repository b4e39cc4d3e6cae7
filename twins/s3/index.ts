import { hostId, shortRequestId } from '../aws/request-id.ts'
import { type HeaderOf, NotModelled, notModelled, type TwinDefinition } from '../twin.ts'
import { Account } from './account.ts'
import { type Frame, readAsk } from './ask.ts'
import { FIDELITY } from './fidelity.ts'
import { GAPS } from './gaps.ts'
import { FIELDS, HAPPENINGS, happen } from './happenings.ts'
import { keepSweeping } from './lifecycle.ts'
import { resumeTelling, TO_QUEUES } from './notifications.ts'
import { POST_OPERATION, POST_ROUTE, PREFLIGHT, PREFLIGHT_OPERATION, ROUTES } from './operations.ts'
import { hidingMissing } from './permissions.ts'
import { placeOf, routeOf } from './place.ts'
import { PRICES } from './prices.ts'
import { post } from './routes/post.ts'
import { corsHeaders, preflight } from './routes/settings.ts'
import { type Bucket, type Seed, seedSchema } from './state.ts'
import { failure, type Ids, idHeaders, Refused, refusal } from './wire.ts'

/** S3: buckets and objects with versions, multipart uploads, conditions, checksums, presigned addresses and notifications to queues. */
export const s3: TwinDefinition<Seed> = {
  name: 's3',
  origins: [
    'https://s3.amazonaws.com',
    'https://s3.*.amazonaws.com',
    'https://*.s3.amazonaws.com',
    'https://*.s3.*.amazonaws.com',
  ],
  apiVersions: [], // The documents' namespace says 2006-03-01; requests do not.
  seed: seedSchema,
  prices: PRICES,
  gaps: GAPS,
  operations: [...[...ROUTES.values()].map(([operation]) => operation), POST_OPERATION, PREFLIGHT_OPERATION],
  happenings: HAPPENINGS,
  happeningFields: FIELDS,
  events: ['object.created', 'object.removed', 'notification.sent'],
  wires: [TO_QUEUES],
  latencyMs: { min: 15, max: 120 },
  fidelity: FIDELITY,
  create(world, seed) {
    const account = new Account(world, seed)
    keepSweeping(account)
    const bucketAt = ({ url }: Request): Bucket | undefined =>
      account.store.buckets.get(placeOf(new URL(url)).bucket ?? '')
    const ids = (): Ids => ({ request: shortRequestId(world), host: hostId(world) })

    const answerOf = async (request: Request, route: string, frame: Frame): Promise<Response> => {
      try {
        if (route === PREFLIGHT) return preflight(bucketAt(request), request)
        if (route === POST_ROUTE) {
          world.money.charge('s3', 'write', 1)
          return await post(request, frame)
        }
        const [operation, sku, handler] = ROUTES.get(route) ?? []
        if (operation === undefined || handler === undefined) throw unknown(request)
        const ask = await readAsk(request, frame, operation)
        if (sku !== undefined && sku !== 'free') world.money.charge('s3', sku, 1)
        return hidingMissing(ask, () => handler(ask))
      } catch (error) {
        if (error instanceof Refused) return refusal(error, frame.ids, request.method)
        throw error
      }
    }

    return {
      operationOf(method, url, header) {
        const route = routeOf(method, url, header)
        if (route.kind === 'gap') return undefined
        if (route.name === PREFLIGHT) return PREFLIGHT_OPERATION
        return route.name === POST_ROUTE ? POST_OPERATION : ROUTES.get(route.name)?.[0]
      },
      fieldsOf(_method, url) {
        const { bucket, key } = placeOf(url)
        return { ...(bucket === undefined ? {} : { bucket }), ...(key === undefined ? {} : { key }) }
      },
      async fetch(request) {
        const header: HeaderOf = (name) => request.headers.get(name) ?? undefined
        const route = routeOf(request.method, new URL(request.url), header)
        if (route.kind === 'gap') throw notModelled('s3', GAPS, route.what)
        if (![POST_ROUTE, PREFLIGHT].includes(route.name) && !ROUTES.has(route.name)) throw unknown(request)
        const frame: Frame = { account, credentials: seed.credentials ?? [], ids: ids() }
        const response = await answerOf(request, route.name, frame)
        const [bucket, origin] = [bucketAt(request), header('origin')]
        const shared = bucket === undefined || origin === undefined ? {} : corsHeaders(bucket, origin, request.method)
        for (const [name, value] of Object.entries({ ...shared, ...idHeaders(frame.ids) }))
          response.headers.set(name, value)
        return response
      },
      failure: (status, retryAfterMs, request) => failure(status, ids(), request?.method ?? 'GET', retryAfterMs),
      happen: (event, fields) => happen(account, event, fields),
      snapshot: () => account.store.snapshot(),
      restore(json) {
        account.store.restore(json)
        resumeTelling(account)
        keepSweeping(account)
      },
    }
  },
}

const unknown = ({ method, url }: Request): NotModelled => {
  const { pathname, search } = new URL(url)
  return new NotModelled(
    's3',
    `${method} ${pathname}${search}`,
    'Model it in twins/s3/ or take the call out of the scenario.',
  )
}
