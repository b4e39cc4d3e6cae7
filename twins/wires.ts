import { fieldAt } from './faults.ts'
import type { Network } from './network.ts'
import type { Json, TraceEvent } from './trace.ts'
import type { World } from './world.ts'

/** What one twin does because something happened at another. `{{amount}}` in texts is a field of what happened, by dot path. */
export type Wire = {
  /** What happened: an event of the trace, such as `stripe.charge.dispute.created`. */
  readonly on: string
  /** Fields it must have, by dot path. */
  readonly where?: Readonly<Record<string, Json>> | undefined
  readonly afterMs: number
  readonly act:
    | {
        readonly kind: 'call'
        readonly method: string
        readonly url: string
        readonly headers: Readonly<Record<string, string>>
        readonly body: Json | undefined
      }
    | { readonly kind: 'happen'; readonly twin: string; readonly event: string; readonly fields: Json }
}

/** Wires may set each other off; so many times in a row is a circle. */
const CHAIN_MAX = 20
const TEMPLATE = /\{\{\s*([^{}]+?)\s*\}\}/g

/**
 * Joins the twins of a world: from now on what happens at one has consequences at others, in virtual time and on the account
 * of `<step>/wire`. A call that is refused shows in the trace as `wire.refused`; one that no twin models rejects.
 */
export function wireTwins(world: World, network: Network, wires: readonly Wire[]): void {
  if (wires.length === 0) return
  world.trace.watch((event) => {
    for (const [nth, wire] of wires.entries()) {
      if (wire.on !== event.type || !fits(wire, event)) continue
      const { step, key } = world.cause
      const chain = key.split('/wire').length
      if (chain > CHAIN_MAX)
        throw new Error(`wire on ${wire.on}: expected an end, got ${chain} wires that set each other off.`)
      world.clock.schedule(
        wire.afterMs,
        () => world.within({ step, key: `${key}/wire${nth}` }, () => actOut(world, network, wire, event)),
        `wire on ${wire.on}`,
      )
    }
  })
}

const fits = ({ where }: Wire, { fields }: TraceEvent): boolean =>
  Object.entries(where ?? {}).every(([path, wanted]) => fieldAt(fields, path) === wanted)

async function actOut(world: World, network: Network, { on, act }: Wire, event: TraceEvent): Promise<void> {
  const fill = (value: Json): Json => filled(value, event)
  if (act.kind === 'happen') {
    const twin = network.twins.get(act.twin)
    if (twin === undefined) throw new Error(`wire on ${on}: expected a twin in this world, got "${act.twin}".`)
    twin.happen(act.event, fill(act.fields))
    return
  }
  const headers = Object.entries(act.headers).map(([name, value]): [string, string] => [name, String(fill(value))])
  const body =
    act.body === undefined ? '' : typeof act.body === 'string' ? String(fill(act.body)) : JSON.stringify(fill(act.body))
  const typed = headers.some(([name]) => name.toLowerCase() === 'content-type')
  if (act.body !== undefined && typeof act.body !== 'string' && !typed)
    headers.push(['Content-Type', 'application/json'])
  const step = `${world.cause.step}/wire`
  const url = String(fill(act.url))
  const answer = await network.handle({ step, method: act.method, url, headers, body: new TextEncoder().encode(body) })
  const status = answer.kind === 'response' ? answer.status : 0
  if (status < 200 || status >= 400) {
    const text =
      answer.kind === 'response' ? Buffer.concat(answer.chunks.map(({ bytes }) => bytes)).toString() : answer.kind
    world.trace.record('wire.refused', { on, url, status, answer: text.slice(0, 500) })
  }
}

function filled(value: Json, { fields, type }: TraceEvent): Json {
  if (typeof value === 'string') {
    const look = (path: string): Json => {
      const found = fieldAt(fields, path)
      if (found === undefined)
        throw new Error(`wire on ${type}: expected a field "${path}", got ${Object.keys(fields).join(', ') || 'none'}.`)
      return found
    }
    const whole = /^\{\{\s*([^{}]+?)\s*\}\}$/.exec(value)?.[1]
    if (whole !== undefined) return look(whole)
    return value.replaceAll(TEMPLATE, (_, path: string) => {
      const found = look(path)
      return typeof found === 'string' ? found : JSON.stringify(found)
    })
  }
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map((item: Json) => filled(item, { fields, type } as TraceEvent))
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, filled(item ?? null, { fields, type } as TraceEvent)]),
  )
}
