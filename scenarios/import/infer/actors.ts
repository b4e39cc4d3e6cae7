import { type Call, headerIn } from '../evidence.ts'

const SESSION = /(?:^|;\s*)([^=;]*(?:sess|sid|auth|token|jwt|login|user)[^=;]*)=([^;]+)/i

/** Who made each call: `a1`, `a2` ... in order of appearance, by credential, then session, then address. */
export function actorsOf(calls: readonly Call[]): readonly string[] {
  const names = new Map<string, string>()
  return calls.map((call) => {
    const mark = markOf(call)
    const name = names.get(mark) ?? `a${names.size + 1}`
    names.set(mark, name)
    return name
  })
}

function markOf(call: Call): string {
  const { requestHeaders } = call
  const credential = headerIn(requestHeaders, 'authorization') ?? headerIn(requestHeaders, 'x-api-key')
  if (credential !== undefined) return `credential ${credential}`
  // Whoever is given a session is whoever has it afterwards.
  const given = headerIn(call.responseHeaders, 'set-cookie')?.replace(/;.*$/s, '')
  const session = SESSION.exec(headerIn(requestHeaders, 'cookie') ?? given ?? '')
  if (session !== null) return `session ${session[1]} ${session[2]}`
  const address = headerIn(requestHeaders, 'x-forwarded-for')?.split(',')[0]
  if (address !== undefined) return `address ${address} ${headerIn(requestHeaders, 'user-agent') ?? ''}`
  return call.actor === undefined ? 'somebody' : `told ${call.actor}`
}
