import axios from 'axios'
import twilioSdk from 'twilio'
import { twilio } from '../../../twins/twilio/index.ts'
import type { Seed } from '../../../twins/twilio/state.ts'
import type { Delivery, DeliveryOutcome } from '../../../twins/world.ts'
import { carried, type Opened, openTwin } from '../../support/twins.ts'

export const SID: string = `AC${'0'.repeat(32)}`
export const TOKEN = 'a-token'
export const API: string = `https://api.twilio.com/2010-04-01/Accounts/${SID}`
export const SHOP = '+15017122661'
export const OTHER = '+14155552345'
export const ADA = '+14155552671'
export const GRACE = '+14155552344'
export const POOL: string = `MG${'1'.repeat(32)}`
export const VERIFY: string = `VA${'2'.repeat(32)}`

/** An account with two numbers, one of them in the pool of a service. */
export const SEED: Seed = {
  account: { sid: SID, auth_token: TOKEN },
  numbers: [{ phone_number: SHOP, sms_url: 'https://shop.test/sms' }, OTHER],
  messaging_services: [{ sid: POOL, numbers: [OTHER], inbound_request_url: 'https://shop.test/pool' }],
  verify_services: [{ sid: VERIFY, custom_code_enabled: true }],
}

type Client = ReturnType<typeof twilioSdk>
export type Setup = Opened & {
  /** The vendor's SDK, unmodified, with the account's own credentials. */
  readonly client: Client
  /** The same with other credentials or options. */
  readonly as: (user: string, secret: string, options?: NonNullable<Parameters<typeof twilioSdk>[2]>) => Client
}

export const taken: DeliveryOutcome = { kind: 'answer', status: 200, body: '' }

/** An account in a world of its own. */
export function openAccount(seed: Seed = SEED, worldSeed = '1'): Setup {
  const opened = openTwin(twilio, seed, worldSeed)
  const as: Setup['as'] = (user, secret, options = {}) => {
    const httpClient = new twilioSdk.RequestClient(options)
    httpClient.axios.defaults.adapter = (config) => carried(axios, config, opened.send)
    return twilioSdk(user, secret, { ...options, httpClient })
  }
  return Object.assign(opened, { client: as(SID, TOKEN), as })
}

/** A request without the SDK. */
export const ask = (
  method: string,
  url: string,
  form?: Readonly<Record<string, string>>,
  [user, secret]: readonly [string, string] = [SID, TOKEN],
): Request =>
  new Request(url, {
    method,
    headers: {
      Authorization: `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`,
      'Content-Type': 'application/x-www-form-urlencoded',
    },
    ...(form === undefined ? {} : { body: new URLSearchParams(form).toString() }),
  })

export const paramsOf = ({ body }: Delivery): Readonly<Record<string, string>> =>
  Object.fromEntries(new URLSearchParams(body))
export const headerOf = ({ headers }: Delivery, wanted: string): string =>
  headers.find(([name]) => name === wanted)?.[1] ?? ''
