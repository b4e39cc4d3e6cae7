import { z } from 'zod'
import { printable } from '../gate/intake.ts'
import type { Profile } from '../sandbox/settings.ts'
import type { Attack, Control, Ending } from './attack.ts'
import type { Stand } from './stand.ts'

export const ATTACKS_SCHEMA = 'backlot.attacks/v1'

/**
 * `caught`: it ended as it must, with evidence, and works where the defence is missing. `got-through`: it ended otherwise. `unproven`: it
 * works nowhere, so nothing is known of the defence. `broken`: it could not be tried. Only the first is good.
 */
export type AttackStatus = 'caught' | 'got-through' | 'unproven' | 'broken'

export type AttackResult = {
  readonly number: number
  readonly name: string
  readonly how: string
  readonly on: Attack['on']
  readonly status: AttackStatus
  readonly expected: readonly Ending[]
  readonly ending: Ending | null
  readonly evidence: string | null
  readonly control: Control | null
  /** What of the class is known not to be caught; never counted as caught. */
  readonly residual: string | null
  readonly error: string | null
}

export type AttackReport = {
  readonly schema: typeof ATTACKS_SCHEMA
  readonly profile: Profile
  readonly project: string
  readonly caught: number
  readonly of: number
  /** Share that was caught, 0 to 1. */
  readonly rate: number
  readonly attacks: readonly AttackResult[]
}

/** Tries one class, with the defence and without. Never throws: what breaks is a result too. */
export async function tryAttack(attack: Attack, stand: Stand): Promise<AttackResult> {
  const { number, name, how, on, expected, residual = null } = attack
  const head = { number, name, how, on, expected, residual }
  try {
    const { ending, evidence } = await attack.run(stand)
    const control = await attack.control(stand)
    const held = expected.some((one) => one === ending) && evidence !== undefined
    const status = !held ? 'got-through' : control.works ? 'caught' : 'unproven'
    const shown = evidence === undefined ? null : printable(evidence, 300)
    return { ...head, status, ending, evidence: shown, control, error: null }
  } catch (error) {
    const text = printable(error instanceof Error ? (error.stack ?? error.message) : String(error), 600)
    return { ...head, status: 'broken', ending: null, evidence: null, control: null, error: text }
  }
}

/** Tries classes, several at a time, and tells of each as it ends. Results stand in the order of `attacks`. */
export async function runAttacks(
  attacks: readonly Attack[],
  stand: Stand,
  options: { readonly parallel: number; readonly onDone: (result: AttackResult) => void },
): Promise<readonly AttackResult[]> {
  const results = new Map<Attack, AttackResult>()
  const left = [...attacks]
  const work = async (): Promise<void> => {
    for (let attack = left.shift(); attack !== undefined; attack = left.shift()) {
      const result = await tryAttack(attack, stand)
      results.set(attack, result)
      options.onDone(result)
    }
  }
  await Promise.all(Array.from({ length: options.parallel }, work))
  return attacks.flatMap((attack) => results.get(attack) ?? [])
}

export function reportOf(
  results: readonly AttackResult[],
  { profile, project }: { readonly profile: Profile; readonly project: string },
): AttackReport {
  const caught = results.filter(({ status }) => status === 'caught').length
  const rate = results.length === 0 ? 0 : caught / results.length
  return { schema: ATTACKS_SCHEMA, profile, project, caught, of: results.length, rate, attacks: results }
}

const LABELS: Readonly<Record<AttackStatus, string>> = {
  caught: 'caught',
  'got-through': 'THROUGH',
  unproven: 'UNPROVEN',
  broken: 'BROKEN',
}

/** The table for people: one line a class, what is behind what did not go well, and what is known not to be caught. */
export function printAttacks({ attacks, caught, of, profile, project }: AttackReport): string {
  const lines = attacks.map(({ number, name, status, ending, evidence }) => {
    const row = `${LABELS[status].padEnd(9)}${`A${number}`.padEnd(5)}${name.padEnd(34)}${(ending ?? '').padEnd(14)}`
    return `${row}${(evidence ?? '').slice(0, 110)}`.trimEnd()
  })
  const odd = attacks.filter(({ status }) => status !== 'caught')
  for (const { number, how, status, expected, ending, control, error } of odd) {
    lines.push('', `A${number}: a candidate that ${how}`)
    if (status === 'got-through')
      lines.push(
        `    expected ${expected.join(' or ')} with evidence, got ${ending ?? 'nothing'}. Do not let candidates in until this is mended.`,
      )
    if (status === 'unproven')
      lines.push(
        `    expected it to work on ${control?.how ?? 'an open door'}, but it did not: nothing is known of the defence.`,
      )
    if (error !== null) lines.push(`    it could not be tried: ${error}`)
  }
  lines.push('', 'Known not to be caught, and not counted:')
  for (const { number, residual } of attacks) if (residual !== null) lines.push(`    A${number}: ${residual}`)
  lines.push('    all: an exploit of the kernel, from a box on a shared one')
  lines.push('', `${caught} of ${of} classes of attacks caught on ${project}, in ${profile}`)
  return `${lines.join('\n')}\n`
}

const endings = z.enum(['fail', 'inconclusive', 'refused', 'needs-human', 'pass'])
const report = z.strictObject({
  schema: z.literal(ATTACKS_SCHEMA),
  profile: z.enum(['bubblewrap', 'docker']),
  project: z.string(),
  caught: z.int().min(0),
  of: z.int().min(0),
  rate: z.number().min(0).max(1),
  attacks: z.array(
    z.strictObject({
      number: z.int().min(1),
      name: z.string(),
      how: z.string(),
      on: z.enum(['project', 'built-in']),
      status: z.enum(['caught', 'got-through', 'unproven', 'broken']),
      expected: z.array(endings),
      ending: endings.nullable(),
      evidence: z.string().nullable(),
      control: z.strictObject({ works: z.boolean(), how: z.string() }).nullable(),
      residual: z.string().nullable(),
      error: z.string().nullable(),
    }),
  ),
})
export const attacksSchema: z.ZodType<AttackReport> = report
