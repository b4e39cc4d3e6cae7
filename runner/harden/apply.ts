import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isSeq, LineCounter, parseDocument } from 'yaml'
import type { Scenario } from '../../scenarios/scenario.ts'
import { writeWhole } from '../store/artefact.ts'
import type { Proposal } from './propose.ts'

export const RULES_FILE = 'backlot/rules/proposed.rules.yaml'

/** Writes proposals where they belong: expectations at the end of their scenario's `then`, rules at the end of a file of their own. Gives the files. */
export function applyProposals(
  project: string,
  shown: string,
  scenarios: readonly Scenario[],
  proposals: readonly Proposal[],
): readonly string[] {
  const files = new Set<string>()
  for (const scenario of scenarios) {
    const lines = proposals.flatMap((one) =>
      one.kind === 'expectation' && one.scenario === scenario.id ? [one.text] : [],
    )
    if (lines.length === 0) continue
    // Problems name files as people see them; the project's folder is the same either way.
    const file = shown === '.' ? scenario.place.file : scenario.place.file.slice(shown.length + 1)
    const path = join(project, file)
    writeWhole(path, withExpectations(readFileSync(path, 'utf8'), file, scenario.id, lines))
    files.add(file)
  }
  const rules = proposals.flatMap((one) => (one.kind === 'rule' ? [one.text] : []))
  if (rules.length > 0) {
    const path = join(project, RULES_FILE)
    const before = existsSync(path) ? readFileSync(path, 'utf8').trimEnd() : 'schema: 1\nrules:'
    writeWhole(path, `${before}\n${rules.map((rule) => `  ${rule}\n`).join('')}`)
    files.add(RULES_FILE)
  }
  return [...files]
}

const FENCE = /^```yaml scenario[ \t]*\n([\s\S]*?)^```/gm

/** The text of a scenario file with further items in the `then` of one scenario. Everything else stays as it is written. */
export function withExpectations(text: string, file: string, id: string, items: readonly string[]): string {
  if (!file.endsWith('.md')) return insert(text, 0, text, items)
  for (const block of text.matchAll(FENCE)) {
    const body = block[1] ?? ''
    if (parseDocument(body).get('id') !== id) continue
    return insert(text, block.index + block[0].indexOf('\n') + 1, body, items)
  }
  throw new Error(`${file}: expected a scenario "${id}", got none.`)
}

/** Puts the items after the last of the list under `then`; `from` is where `body` begins in `text`. */
function insert(text: string, from: number, body: string, items: readonly string[]): string {
  const lines = new LineCounter()
  const then = parseDocument(body, { lineCounter: lines }).get('then')
  if (!isSeq(then) || then.flow === true || then.items.length === 0) {
    const flow = isSeq(then) ? then.range : undefined
    const own = `then:\n${items.map((item) => `  ${item}\n`).join('')}`
    if (flow == null)
      return `${text.slice(0, from)}${body.endsWith('\n') ? body : `${body}\n`}${own}${text.slice(from + body.length)}`
    // `then: []` becomes a list.
    return `${text.slice(0, from + flow[0])}\n${items.map((item) => `  ${item}`).join('\n')}${text.slice(from + flow[1])}`
  }
  const last = then.items.at(-1) as { readonly range?: readonly [number, number, number] } | undefined
  const start = last?.range?.[0] ?? 0
  const end = last?.range?.[1] ?? 0
  const { col } = lines.linePos(start)
  // The dash stands two columns before its item.
  const indent = ' '.repeat(Math.max(0, col - 3))
  const at = from + end
  return `${text.slice(0, at)}${items.map((item) => `\n${indent}${item}`).join('')}${text.slice(at)}`
}
