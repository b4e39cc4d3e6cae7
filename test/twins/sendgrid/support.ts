import { createRequire } from 'node:module'
import sendgridClient from '@sendgrid/client'
import sendgridMail from '@sendgrid/mail'
import type { AxiosStatic } from 'axios'
import { sendgrid } from '../../../twins/sendgrid/index.ts'
import type { Fields, Seed } from '../../../twins/sendgrid/state.ts'
import type { Json } from '../../../twins/trace.ts'
import type { Delivery } from '../../../twins/world.ts'
import { carried, type Opened, openTwin } from '../../support/twins.ts'

/** The one the vendor's client loads: there is another for those who import it. */
const axios = createRequire(import.meta.url)('axios') as AxiosStatic

export const ADA = 'ada@example.test'
export const GRACE = 'grace@example.test'
export const SHOP = 'shop@example.test'
export const mail: Readonly<Record<'to' | 'from' | 'subject' | 'text', string>> = {
  to: ADA,
  from: SHOP,
  subject: 'Hello',
  text: 'Hi',
}

export type Setup = Opened & {
  /** A mail by the vendor's SDK, unmodified, to the real address. */
  readonly mailed: (mail: object) => ReturnType<typeof sendgridMail.send>
  /** A call by the vendor's client: status and body, of a refusal too. */
  readonly call: (method: string, path: string, body?: Json, key?: string) => Promise<readonly [number, Json]>
}

/** An account in a world of its own. */
export function openAccount(seed: Seed = {}, worldSeed = '1'): Setup {
  const opened = openTwin(sendgrid, seed, worldSeed)
  /** Runs `act` while what the SDK would have written to a socket goes to the network of this world. */
  const online = async <T>(act: () => Promise<T>): Promise<T> => {
    const { adapter } = axios.defaults
    axios.defaults.adapter = async (config) => {
      const answer = await carried(axios, config, opened.send)
      if (answer.status < 300) return answer
      throw new axios.AxiosError('refused', String(answer.status), config, null, answer)
    }
    try {
      return await act()
    } finally {
      if (adapter !== undefined) axios.defaults.adapter = adapter
    }
  }
  return Object.assign(opened, {
    mailed: (given: object) =>
      online(() => {
        sendgridMail.setClient(sendgridClient)
        sendgridMail.setApiKey('SG.test')
        return sendgridMail.send(given as Parameters<typeof sendgridMail.send>[0])
      }),
    call: (method: string, path: string, body?: Json, key = 'SG.test') =>
      online(async () => {
        sendgridClient.setApiKey(key)
        const request = { method, url: `/v3${path}`, ...(body === undefined ? {} : { body }) }
        type Outcome = { readonly code?: number; readonly response?: { readonly body: Json } }
        return sendgridClient.request(request as Parameters<typeof sendgridClient.request>[0]).then(
          ([answer, json]): readonly [number, Json] => [answer.statusCode, json as Json],
          (error: Outcome): readonly [number, Json] => {
            if (error.response === undefined) throw error
            return [error.code ?? 0, error.response.body]
          },
        )
      }),
  })
}

/** A call without the client. */
export const ask = (
  method: string,
  path: string,
  body?: Json,
  headers: Readonly<Record<string, string>> = {},
): Request =>
  new Request(`https://api.sendgrid.com/v3${path}`, {
    method,
    headers: { Authorization: 'Bearer SG.test', 'Content-Type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })

export const eventsOf = (deliveries: readonly Delivery[]): readonly Fields[] =>
  deliveries.flatMap(({ body }) => JSON.parse(body) as Fields[])
