import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { z } from 'zod'
import { readYaml, validate } from '../../scenarios/parse/yaml.ts'
import type { Problem } from '../../scenarios/scenario.ts'
import { ProjectProblems } from '../project.ts'
import { writeWhole } from '../store/artefact.ts'
import { type Hardening, isSurvivor, isUnchosen, type Judged, LABELS, type Label, place } from './result.ts'

export const TRIAGE_FILE = 'backlot/triage.yaml'

type Entry = {
  readonly label: Label
  readonly reason: string
  readonly mutants: readonly { readonly id: string; readonly at: string; readonly is: string }[]
}
type TriageShape = { readonly schema: 1; readonly survivors: Entry[] }

const shape: z.ZodType<TriageShape> = z.strictObject({
  schema: z.literal(1, '1, the version of this format'),
  survivors: z.array(
    z.strictObject({
      label: z.enum(LABELS),
      reason: z.string().min(10, 'a reason, in a sentence'),
      mutants: z
        .array(z.strictObject({ id: z.string().regex(/^[0-9a-f]{16}$/), at: z.string(), is: z.string() }))
        .min(1),
    }),
  ),
}) as unknown as z.ZodType<TriageShape>

/** What people have said of survivors. Entries are bound to the mutant's content: when its lines change they fit nothing. */
export interface Triage {
  of(key: string): { readonly label: Label; readonly reason: string } | undefined
  /** Entries that fit no survivor of this run: killed by now, or the code has changed. What it did not look at it says nothing of. */
  stale(hardening: Pick<Hardening, 'judged' | 'scope'>): readonly string[]
  add(one: Judged, label: Label, reason: string): void
  /** Takes out what fits no survivor, and writes the file. */
  save(hardening: Pick<Hardening, 'judged' | 'scope'>): void
}

/** Mutants with what has been said of them by now. */
export const labelled = (judged: readonly Judged[], triage: Triage): readonly Judged[] =>
  judged.map((one) => {
    const found = isSurvivor(one) ? triage.of(one.key) : undefined
    return { ...one, triage: found === undefined ? undefined : { label: found.label, reason: found.reason } }
  })

/** Reads a project's triage. Throws `ProjectProblems` with every mistake there is. */
export function readTriage(project: string, file: string = TRIAGE_FILE): Triage {
  const path = join(project, file)
  const entries: { label: Label; reason: string; mutants: { id: string; at: string; is: string }[] }[] = []
  if (existsSync(path)) {
    const problems: Problem[] = []
    const yaml = readYaml({ file, text: readFileSync(path, 'utf8'), above: 0, decimals: false }, problems)
    const read = yaml === undefined ? undefined : validate(shape, yaml.value ?? {}, yaml, [], problems)
    if (read === undefined) throw new ProjectProblems(problems)
    entries.push(...read.survivors.map((entry) => ({ ...entry, mutants: [...entry.mutants] })))
  }
  const find = (key: string): (typeof entries)[number] | undefined =>
    entries.find(({ mutants }) => mutants.some(({ id }) => id === key))
  const living = ({ judged, scope }: Pick<Hardening, 'judged' | 'scope'>): ((key: string) => boolean) => {
    // What this run did not judge may be a survivor still; only a run of everything knows that a mutant is gone.
    const alive = new Map(judged.map((one) => [one.key, isSurvivor(one) || one.status === 'ignored']))
    const whole = scope.family === 'all' && isUnchosen(scope)
    return (key) => alive.get(key) ?? !whole
  }
  return {
    of: find,
    stale(hardening) {
      const lives = living(hardening)
      return entries.flatMap(({ mutants }) => mutants.filter(({ id }) => !lives(id)).map(({ at, is }) => `${at} ${is}`))
    },
    add({ mutant, key }, label, reason) {
      for (const entry of entries) entry.mutants = entry.mutants.filter(({ id }) => id !== key)
      const line = {
        id: key,
        at: place(mutant),
        is: `${mutant.mutator}: ${brief(mutant.original)} -> ${brief(mutant.replacement)}`,
      }
      const same = entries.find((entry) => entry.label === label && entry.reason === reason)
      if (same === undefined) entries.push({ label, reason, mutants: [line] })
      else same.mutants.push(line)
    },
    save(hardening) {
      const lives = living(hardening)
      const places = new Map(hardening.judged.map(({ key, mutant }) => [key, place(mutant)]))
      const survivors = entries
        .map(({ label, reason, mutants }) => ({
          label,
          reason,
          mutants: mutants
            .filter(({ id }) => lives(id))
            .map(({ id, at, is }) => ({ id, at: places.get(id) ?? at, is })),
        }))
        .filter(({ mutants }) => mutants.length > 0)
      const text = stringify({ schema: 1, survivors }, { lineWidth: 0, collectionStyle: 'any' })
      writeWhole(path, text)
    },
  }
}

/** Code on one line, not too long. */
export const brief = (code: string, longest = 60): string => {
  const line = code.replace(/\s+/g, ' ').trim()
  return line.length > longest ? `${line.slice(0, longest - 3)}...` : line === '' ? '(nothing)' : line
}
