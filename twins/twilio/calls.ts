import { type Taken, tell } from './callbacks.ts'
import { countryOf } from './channels.ts'
import { amount } from './lifecycle.ts'
import type { Site } from './site.ts'
import type { Call, CallDue, CallStatus, Verb } from './state.ts'
import { callVerbsOf } from './voice-twiml.ts'
import { rfc2822, sidOf, VERSION } from './wire.ts'

/** Assumed, see gaps.ts. */
const DIALS_MS = { min: 200, max: 1_000 }
const RINGS_MS = { min: 500, max: 2_000 }
const ANSWERS_MS = { min: 3_000, max: 10_000 }
const PRESSES_MS = 1_000
const REDIRECTS_MAX = 10

const FINAL: readonly CallStatus[] = ['completed', 'busy', 'failed', 'no-answer', 'canceled']
export const isOver = ({ status }: Call): boolean => FINAL.includes(status)

/** What a status is called where one asks to be told of it; an end of any kind is `completed`. */
const eventOf = (status: CallStatus | 'initiated'): string =>
  status === 'in-progress' ? 'answered' : FINAL.includes(status as CallStatus) ? 'completed' : status

/** Somebody is called; `call` says what is to happen then. */
export function place(site: Site, call: Omit<Call, 'id' | 'status' | 'created_ms' | 'updated_ms'>): Call {
  const nowMs = site.now()
  const placed: Call = { ...call, id: sidOf(site.world, 'CA'), status: 'queued', created_ms: nowMs, updated_ms: nowMs }
  site.store.calls.put(placed)
  site.note('call.created', { sid: placed.id, from: placed.from, to: placed.to })
  plan(site, placed.id, 'dial', site.delay(`dials ${placed.id}`, DIALS_MS.min, DIALS_MS.max))
  return placed
}

/** Somebody calls a number of the account. */
export function ring(site: Site, from: string, to: string, digits: string, hangsUpAfterMs: number | null): void {
  const [number] = site.store.numbers.find(to)
  const nowMs = site.now()
  const call: Call = {
    id: sidOf(site.world, 'CA'),
    direction: 'inbound',
    from,
    to,
    status: 'ringing',
    url: number?.voice_url ?? '',
    method: 'POST',
    fallback: null,
    twiml: null,
    callback:
      number === undefined || number.status_callback === ''
        ? null
        : { url: number.status_callback, method: number.status_callback_method, events: ['completed'] },
    told: 0,
    timeout_ms: 0,
    limit_ms: LIMIT_MS,
    verbs: [],
    digits,
    hangs_up_ms: hangsUpAfterMs,
    redirects: 0,
    price: null,
    answered_ms: null,
    ended_ms: null,
    created_ms: nowMs,
    updated_ms: nowMs,
  }
  site.store.calls.put(call)
  site.note('call.received', { sid: call.id, from, to })
  if (call.url === '') return end(site, call, 'failed')
  fetchVerbs(site, call, { url: call.url, method: call.method })
}

/** https://www.twilio.com/docs/voice/api/call-resource (2026-11-26): four hours. */
export const LIMIT_MS = 14_400_000

function plan(site: Site, id: string, what: CallDue['what'], delayMs: number): void {
  const key = what === 'limit' || what === 'hang up' ? `${id} ${what}` : id
  resumeCall(site, site.store.call_due.put({ id: key, call: id, what, at_ms: site.now() + Math.ceil(delayMs) }))
}

/** Puts what a call does next on the clock; also after a restore. */
export function resumeCall(site: Site, due: CallDue): void {
  site.later(
    due.at_ms - site.now(),
    () => {
      if (site.store.call_due.get(due.id) !== due) return
      site.store.call_due.remove(due.id)
      const call = site.store.calls.get(due.call)
      if (call !== undefined && !isOver(call)) step(site, call, due.what)
    },
    `call ${due.what}`,
  )
}

function step(site: Site, call: Call, what: CallDue['what']): void {
  const person = site.seed.people?.[call.to]
  switch (what) {
    case 'dial':
      told(site, call, 'initiated')
      if (person?.outcome === 'failed') return end(site, call, 'failed')
      return plan(site, call.id, 'ring', site.delay(`rings ${call.id}`, RINGS_MS.min, RINGS_MS.max))
    case 'ring': {
      if (person?.outcome === 'busy') return end(site, call, 'busy')
      const ringing = become(site, call, 'ringing')
      const afterMs =
        person?.answers_after_s === undefined
          ? site.delay(`answers ${call.id}`, ANSWERS_MS.min, ANSWERS_MS.max)
          : person.answers_after_s * 1000
      const answers = person?.outcome !== 'no-answer' && afterMs <= ringing.timeout_ms
      return plan(site, call.id, answers ? 'answer' : 'give up', answers ? afterMs : ringing.timeout_ms)
    }
    case 'give up':
      return end(site, call, 'no-answer')
    case 'answer': {
      const answered = pickedUp(site, call)
      if (answered.twiml !== null) return obey(site, answered, answered.twiml, answered.url)
      return fetchVerbs(site, answered, { url: answered.url, method: answered.method })
    }
    case 'verbs':
      return perform(site, call)
    case 'gathered':
      return gathered(site, call)
    case 'hang up':
    case 'limit':
      return end(site, call, 'completed')
    default:
      return what satisfies never
  }
}

function pickedUp(site: Site, call: Call): Call {
  const answered = become(site, call, 'in-progress', { answered_ms: site.now() })
  plan(site, call.id, 'limit', call.limit_ms)
  if (call.hangs_up_ms !== null) plan(site, call.id, 'hang up', call.hangs_up_ms)
  return answered
}

/** Records what a call has become, and tells who wants to know. */
function become(site: Site, call: Call, status: CallStatus, changes: Partial<Call> = {}): Call {
  const next = site.store.calls.put({ ...call, ...changes, status, updated_ms: site.now() })
  site.note(`call.${eventOf(status)}`, { sid: next.id, from: next.from, to: next.to, status })
  return told(site, next, status)
}

function told(site: Site, call: Call, status: CallStatus | 'initiated'): Call {
  const { callback, id, told: nth } = call
  if (callback === null || !callback.events.includes(eventOf(status))) return call
  const seconds = durationOf(call)
  // https://www.twilio.com/docs/voice/api/call-resource#statuscallback (2026-11-26).
  const params = {
    ...paramsOf(site, call),
    CallStatus: status,
    Timestamp: rfc2822(site.now()),
    CallbackSource: 'call-progress-events',
    SequenceNumber: `${nth}`,
    ...(FINAL.includes(status as CallStatus)
      ? { CallDuration: `${seconds}`, Duration: `${Math.ceil(seconds / 60)}` }
      : {}),
  }
  tell(site, { kind: 'call status', message: id, url: callback.url, method: callback.method, params }, () => undefined)
  return site.store.calls.put({ ...call, told: nth + 1 })
}

function paramsOf(site: Site, { id, from, to, status, direction }: Call): Readonly<Record<string, string>> {
  return {
    AccountSid: site.account().id,
    ApiVersion: VERSION,
    CallSid: id,
    CallStatus: status,
    Called: to,
    Caller: from,
    Direction: direction,
    From: from,
    To: to,
  }
}

/** Whole seconds that somebody was there. */
export const durationOf = ({ answered_ms, ended_ms }: Call): number =>
  answered_ms === null || ended_ms === null ? 0 : Math.ceil((ended_ms - answered_ms) / 1000)

/** Ends a call: every minute that has begun is paid for, https://www.twilio.com/en-us/changelog/billing-changes-for-conference-voice-insights-and-byoc-usage (2026-11-26). */
export function end(site: Site, call: Call, status: CallStatus): void {
  for (const due of site.store.call_due.all()) if (due.call === call.id) site.store.call_due.remove(due.id)
  const over = { ...call, ended_ms: site.now() }
  const minutes = Math.ceil(durationOf(over) / 60)
  const [kind, number] = call.direction === 'inbound' ? ['inbound', call.to] : ['outbound', call.to]
  const rate = minutes === 0 ? undefined : site.charge(`call.${kind}.${countryOf(number)}`, minutes)
  become(site, over, status, { verbs: [], price: rate === undefined ? null : amount(rate, minutes) })
}

type Address = { readonly url: string; readonly method: 'GET' | 'POST' }

/** Asks the subject what to do. */
function fetchVerbs(
  site: Site,
  call: Call,
  { url, method }: Address,
  more: Readonly<Record<string, string>> = {},
): void {
  const params = { ...paramsOf(site, call), ...more }
  tell(site, { kind: 'call', message: call.id, url, method, params, fallback: call.fallback }, instructed)
}

/** Does what the subject's answer says, or turns to the fallback; without one the call is over. */
export const instructed: Taken = (site, delivery, finish) => {
  const call = site.store.calls.get(delivery.message)
  if (call === undefined || isOver(call)) return
  if (!('error' in finish)) return obey(site, call, finish.body, delivery.url)
  failed(site, call, delivery.url, finish.error)
}

function failed(site: Site, call: Call, url: string, error: number): void {
  site.note('webhook.alert', { message: call.id, url, error })
  const { fallback } = call
  if (fallback === null) return end(site, call, call.answered_ms === null ? 'failed' : 'completed')
  const next = site.store.calls.put({ ...call, fallback: null })
  fetchVerbs(site, next, fallback, { ErrorCode: `${error}`, ErrorUrl: url })
}

export function obey(site: Site, call: Call, twiml: string, from: string): void {
  const verbs = callVerbsOf(twiml)
  if ('kind' in verbs) return failed(site, call, from, verbs.error)
  // An incoming call is answered by whatever is done but to reject it.
  const there =
    call.answered_ms === null && call.direction === 'inbound' && verbs[0]?.kind !== 'reject'
      ? pickedUp(site, call)
      : call
  perform(site, site.store.calls.put({ ...there, verbs, url: from }))
}

/** Does the first of what is left to do. */
function perform(site: Site, call: Call): void {
  const [verb, ...verbs] = call.verbs
  if (verb === undefined) return end(site, call, 'completed')
  const next = site.store.calls.put({ ...call, verbs })
  switch (verb.kind) {
    case 'speak':
      if (verb.text !== '') site.note('call.said', { sid: call.id, to: call.to, text: verb.text })
      return plan(site, call.id, 'verbs', verb.ms)
    case 'gather': {
      site.store.calls.put({ ...call, verbs: call.verbs })
      const waitMs = call.digits === '' ? verb.timeout_ms : PRESSES_MS
      return plan(site, call.id, 'gathered', verb.ms + waitMs)
    }
    case 'redirect':
      return redirect(site, next, verb)
    case 'hangup':
      return end(site, next, 'completed')
    case 'reject':
      return end(site, next, verb.busy ? 'busy' : 'no-answer')
    default:
      return verb satisfies never
  }
}

const absolute = (to: string, base: string): string => (URL.canParse(to, base) ? new URL(to, base).href : to)

function redirect(site: Site, call: Call, { url, method }: Address, more: Readonly<Record<string, string>> = {}): void {
  if (call.redirects >= REDIRECTS_MAX) return failed(site, { ...call, fallback: null }, url, 11100)
  const next = site.store.calls.put({ ...call, redirects: call.redirects + 1 })
  fetchVerbs(site, next, { url: absolute(url, call.url.split('#')[0] ?? ''), method }, more)
}

/** What was pressed goes where the verb says; where nothing was, the next verb is next. */
function gathered(site: Site, call: Call): void {
  const [verb, ...verbs] = call.verbs
  if (verb?.kind !== 'gather') return perform(site, call)
  const [pressed, rest] = taken(call.digits, verb)
  const next = site.store.calls.put({ ...call, verbs, digits: rest })
  if (pressed === '' && !verb.always) return perform(site, next)
  if (pressed !== '') site.note('call.pressed', { sid: call.id, digits: pressed })
  redirect(site, next, { url: verb.action ?? call.url, method: verb.method }, { Digits: pressed, msg: 'Gather End' })
}

/** Of what somebody presses, what one gather takes, and what is left. */
function taken(digits: string, { digits: most, finish }: Extract<Verb, { kind: 'gather' }>): readonly [string, string] {
  const key = finish === '' ? -1 : digits.indexOf(finish)
  const end = Math.min(key === -1 ? digits.length : key, most ?? digits.length)
  const skip = key === end ? 1 : 0
  return [digits.slice(0, end), digits.slice(end + skip)]
}
