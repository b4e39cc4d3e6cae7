import { newAccount } from './ask.ts'
import { newNumber } from './routes/numbers.ts'
import { newService } from './routes/services.ts'
import { newVerifyService } from './routes/verify.ts'
import type { Site } from './site.ts'
import type { Seed } from './state.ts'
import { sidOf } from './wire.ts'

/** Puts in what a seed says was there before. Numbers that only a pool names are the account’s too. */
export function plant(site: Site, seed: Seed): void {
  const { store, world } = site
  const nowMs = site.now()
  if (seed.account !== undefined) {
    const { sid, auth_token, friendly_name, type } = seed.account
    const account = newAccount(site, sid, auth_token)
    store.accounts.put({
      ...account,
      friendly_name: friendly_name ?? account.friendly_name,
      type: type ?? account.type,
    })
  }
  for (const { sid, secret } of seed.keys ?? [])
    store.keys.put({ id: sid, secret, friendly_name: '', created_ms: nowMs, updated_ms: nowMs })
  for (const one of seed.numbers ?? []) {
    const given = typeof one === 'string' ? { phone_number: one } : one
    const number = newNumber(sidOf(world, 'PN'), given.phone_number, nowMs)
    store.numbers.put({
      ...number,
      sms_url: given.sms_url ?? '',
      sms_method: given.sms_method ?? 'POST',
      sms_fallback_url: given.sms_fallback_url ?? '',
      voice_url: given.voice_url ?? '',
    })
  }
  for (const { sid, friendly_name, numbers, inbound_request_url, status_callback } of seed.messaging_services ?? []) {
    store.services.put({
      ...newService(sid, friendly_name ?? 'My Messaging Service', nowMs),
      inbound_request_url: inbound_request_url ?? null,
      status_callback: status_callback ?? null,
    })
    for (const phone_number of numbers ?? []) {
      const number = store.numbers.find(phone_number)[0] ?? newNumber(sidOf(world, 'PN'), phone_number, nowMs)
      store.numbers.put({ ...number, service: sid })
    }
  }
  for (const { sid, ...given } of seed.verify_services ?? []) {
    const service = newVerifyService(sid, nowMs)
    store.verify_services.put({
      ...service,
      friendly_name: given.friendly_name ?? service.friendly_name,
      code_length: given.code_length ?? service.code_length,
      custom_code_enabled: given.custom_code_enabled ?? false,
    })
  }
  for (const one of seed.whatsapp_senders ?? []) {
    const { phone_number, url = '' } = typeof one === 'string' ? { phone_number: one } : one
    store.channels.put({ id: `whatsapp:${phone_number}`, url })
  }
  for (const { sid, friendly_name = '', language = 'en', variables = {}, types, approved } of seed.contents ?? [])
    store.contents.put({
      id: sid,
      friendly_name,
      language,
      variables,
      types,
      approval:
        approved === undefined
          ? null
          : {
              name: approved.name ?? friendly_name,
              category: approved.category,
              status: 'approved',
              rejection_reason: '',
            },
      created_ms: nowMs,
      updated_ms: nowMs,
    })
  for (const number of seed.opted_out ?? []) store.opt_outs.put({ id: `* ${number}` })
  for (const [id, error] of Object.entries(seed.unreachable ?? {})) store.recipients.put({ id, error })
}
