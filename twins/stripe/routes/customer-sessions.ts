import type { Json } from '../../trace.ts'
import type { Account } from '../account.ts'
import type { Serve } from '../answer.ts'
import { malformed } from '../errors.ts'
import { loudly } from '../gaps.ts'
import { choice, type Field, flag, integer, list, object, type Raw, required, string } from '../params.ts'
import { customerOf } from './customers.ts'

/** https://docs.stripe.com/api/customer_sessions/create (2026-11-26): half an hour. */
const LIFE_S = 1800
const SWITCHES = ['active_entitlements', 'buy_button', 'customer_portal', 'pricing_table'] as const
const FEATURED = ['customer_sheet', 'mobile_payment_element', 'payment_element'] as const

const onOff = () => choice('disabled', 'enabled')
const features = object({
  payment_method_allow_redisplay_filters: list(choice('always', 'limited', 'unspecified')),
  payment_method_redisplay: onOff(),
  payment_method_redisplay_limit: integer(1, 10),
  payment_method_remove: onOff(),
  payment_method_save: onOff(),
  payment_method_save_allow_redisplay_override: choice('always', 'limited', 'unspecified'),
  payment_method_save_usage: choice('off_session', 'on_session'),
  payment_method_set_as_default: onOff(),
  payment_method_remove_last: onOff(),
})
/** What a component may do where nothing is said of it: the defaults of the API reference. */
const USUAL: { readonly [component in (typeof FEATURED)[number]]: { readonly [feature: string]: Json } } = {
  customer_sheet: {
    payment_method_allow_redisplay_filters: ['always'],
    payment_method_remove: 'disabled',
  },
  mobile_payment_element: {
    payment_method_allow_redisplay_filters: ['always'],
    payment_method_redisplay: 'disabled',
    payment_method_remove: 'disabled',
    payment_method_save: 'disabled',
    payment_method_save_allow_redisplay_override: null,
  },
  payment_element: {
    payment_method_allow_redisplay_filters: ['always'],
    payment_method_redisplay: 'disabled',
    payment_method_redisplay_limit: 3,
    payment_method_remove: 'disabled',
    payment_method_save: 'disabled',
    payment_method_save_usage: null,
  },
}

type Components = { readonly [name: string]: Json }
const components = (): Field<Components> => ({
  needed: false,
  read(raw: Raw, path: string) {
    const switched = Object.fromEntries(SWITCHES.map((name) => [name, object({ enabled: required(flag()) })]))
    const featured = Object.fromEntries(FEATURED.map((name) => [name, object({ enabled: required(flag()), features })]))
    const given = object({ ...switched, ...featured }).read(raw, path) as {
      readonly [name: string]:
        | { readonly enabled: boolean; readonly features?: { readonly [feature: string]: Json | undefined } }
        | undefined
    }
    const told = Object.entries(given).filter(([, value]) => value !== undefined)
    if (told.length === 0) throw malformed('At least one component must be enabled.', { param: path })
    return Object.fromEntries([
      ...SWITCHES.map((name): [string, Json] => [name, { enabled: given[name]?.enabled ?? false }]),
      ...FEATURED.map((name): [string, Json] => {
        const one = given[name]
        if (one?.enabled !== true) return [name, { enabled: false, features: null }]
        const said = Object.entries(one.features ?? {}).filter((pair): pair is [string, Json] => pair[1] !== undefined)
        return [name, { enabled: true, features: { ...USUAL[name], ...Object.fromEntries(said) } }]
      }),
    ])
  },
})

export function addCustomerSessions(account: Account, serve: Serve): void {
  serve({
    name: 'customer_sessions.create',
    route: 'POST /v1/customer_sessions',
    spec: {
      components: required(components()),
      customer: required(string()),
      ...loudly('customer_account', 'Connect'),
    },
    gives: 'customer_session',
    run(params) {
      const customer = customerOf(account, params.customer, 'customer', 400)
      const created = account.nowS()
      return {
        object: 'customer_session',
        client_secret: `cuss_secret_${account.world.draw('client secret').text(60)}`,
        components: params.components,
        created,
        customer: customer.id,
        customer_account: null,
        expires_at: created + LIFE_S,
        livemode: false,
      }
    },
  })
}
