import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { commit, copyProject } from '../../support/cli.ts'

/** A program that takes payments and asks the provider again when no answer comes; `key` is what its calls are known by. */
const program = (key: string, extra = ''): string => `import { createServer } from 'node:http'
const charge = async (order, amount, attempt) => {
  const form = new URLSearchParams({
    amount: String(amount), currency: 'usd', payment_method: 'pm_card_visa', confirm: 'true',
    'automatic_payment_methods[enabled]': 'true', 'automatic_payment_methods[allow_redirects]': 'never',
    'metadata[order]': order,
  })
  try {
    const answer = await fetch('https://api.stripe.com/v1/payment_intents', {
      method: 'POST', body: form,
      headers: { Authorization: 'Bearer sk_test_tiny', 'Idempotency-Key': ${key} },
    })
    return answer.status
  } catch (error) {
    if (attempt < 3) return charge(order, amount, attempt + 1)
    return 0
  }
}
createServer(async (request, response) => {
  let text = ''
  for await (const part of request) text += part
  if (request.url === '/health') return response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}')
  const { order, amount } = JSON.parse(text)
  const status = await charge(order, amount, 1)
  ${extra}
  response.writeHead(status === 200 ? 201 : 502, { 'content-type': 'application/json' }).end(JSON.stringify({ order }))
}).listen(3000)
`
/** A new key for each attempt: whoever asks twice pays twice. */
export const BUG: string = program('[order, attempt].join()')
export const FIX: string = program('order')
/** It charges twice whatever the network does. */
export const CARELESS: string = program('[order, attempt].join()', 'await charge(order, amount, 9)')

export type Shop = {
  readonly folder: string
  readonly bug: string
  readonly fix: string
  write(file: string, text: string): string
  close(): void
}

/** A project with a bug in its first commit and the fix in its second. */
export function shopProject(): Shop {
  const { folder, close } = copyProject()
  const write = (file: string, text: string): string => {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
    return join(folder, file)
  }
  const git = (...args: string[]): string =>
    spawnSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.test', ...args], {
      cwd: folder,
      encoding: 'utf8',
    }).stdout.trim()
  write('package.json', '{ "type": "module" }')
  write('src/main.ts', BUG)
  commit(folder)
  const bug = git('rev-parse', 'HEAD')
  write('src/main.ts', FIX)
  git('commit', '--quiet', '-am', 'fix')
  return { folder, bug, fix: git('rev-parse', 'HEAD'), write, close }
}

/** An evening of the shop, with an outage of the provider in the middle. */
export const evening = (then: string, more = ''): string => `schema: 1
id: inc-1
incident: INC-1
clock: 2026-05-04T22:00:00Z
given:
  stripe: { customers: [{ id: cus_1 }] }
when:
${Array.from({ length: 12 }, (_, at) =>
  at % 3 === 0
    ? `  - { at: +${at * 1300}ms, as: h${at}, call: GET /health }`
    : `  - { at: +${at * 1300}ms, as: p${at}, call: POST /pay, body: { order: o${at}, amount: ${4900 + at} } }`,
).join('\n')}
  - { at: +16s, as: outage, fault: { on: stripe.payment_intents.create, kind: answer-lost, nth: 1 } }
  - { at: +17s, as: last, call: POST /pay, body: { order: o99, amount: 9900, note: late } }
then:
${then}
${more}`
