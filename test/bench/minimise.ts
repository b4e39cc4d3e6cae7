/**
 * How long it takes to make an incident of many requests small and to prove it, on the billing example:
 * `node test/bench/minimise.ts [requests]`.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { establish, openStand } from '../../runner/incident/establish.ts'
import { openTroupe } from '../../runner/pool/player.ts'
import { explain } from '../../scenarios/minimise/explain.ts'
import { REPOSITORY } from '../support/cli.ts'

const requests = Number(process.argv[2] ?? 1000)
const USERS = 17

/** A day of the shop: quotes, orders and health checks of many users, and an outage at noon. */
function day(): string {
  const noon = Math.floor(requests / 2)
  const steps = Array.from({ length: requests }, (_, at) => {
    const head = `at: +${at * 700}ms, as: r${at}, headers: { Authorization: Bearer u${at % USERS} }`
    const items = `items: [{ sku: tea, quantity: 2, unitAmount: ${1000 + at} }]`
    const order = `id: o${at}, customer: cus_${at % USERS}, email: u${at % USERS}@example.test, paymentMethod: pm_card_visa`
    const call =
      at % 4 === 0
        ? `call: POST /quotes, body: { id: q${at}, ${items} }`
        : at % 4 === 1
          ? 'call: GET /health'
          : `call: POST /orders, body: { ${order}, ${items} }`
    const fault = '  - { as: outage, fault: { on: stripe.payment_intents.create, kind: answer-lost, times: 6 } }\n'
    return `${at === noon ? fault : ''}  - { ${head}, ${call} }`
  })
  return `schema: 1\nid: noon\nincident: INC-1\nclock: 2026-05-04T08:00:00Z\nwhen:\n${steps.join('\n')}\nthen:\n  - { answer: r2, status: 201 }\n`
}

const folder = mkdtempSync(join(tmpdir(), 'backlot-bench-minimise-'))
try {
  const project = join(folder, 'examples/billing')
  cpSync(join(REPOSITORY, 'examples/billing'), project, {
    recursive: true,
    filter: (path) => !path.includes('.backlot'),
  })
  symlinkSync(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'))
  for (const args of [
    ['init', '-q'],
    ['add', 'examples'],
    ['-c', 'user.name=b', '-c', 'user.email=b@example.test', 'commit', '-qm', 'b'],
  ])
    spawnSync('git', args, { cwd: folder })
  const troupe = await openTroupe(project, () => undefined)
  const startedMs = performance.now()
  const found = await establish(
    { file: 'noon.scenario.yaml', text: day(), id: 'noon' },
    {
      stand: openStand(troupe, join(project, 'candidates/key-per-attempt.patch'), 'HEAD'),
      minimise: true,
      check: 'PAY-1',
      seeds: 3,
      runsMax: 5000,
    },
  )
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
  await troupe.close()
  const { minimised, proven } = found
  process.stdout.write(
    `${requests} requests: ${minimised?.stepsAfter} of ${minimised?.stepsBefore} steps, ${minimised?.minimal ? 'minimal' : 'NOT minimal'}, ${minimised?.runs} runs, ${minimised?.cached} from the cache, ${seconds} s with the proof (${proven?.holds ? 'proven' : 'NOT proven'}); ${Math.round(process.resourceUsage().maxRSS / 1024)} MB\n`,
  )
  for (const { pass, runs, parts } of minimised?.taken ?? [])
    process.stdout.write(`  ${pass}: ${runs} runs, ${parts} parts gone\n`)
  for (const line of minimised === undefined ? [] : explain(minimised)) process.stdout.write(`  ${line}\n`)
  process.exitCode = minimised?.minimal === true && proven?.holds === true ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
