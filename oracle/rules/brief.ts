import { readMarkdown } from '../../scenarios/parse/markdown.ts'
import type { Place, Problem } from '../../scenarios/scenario.ts'
import { checkNames } from './names.ts'
import type { Rule } from './rule.ts'
import { readSentence, SentenceError } from './sentence.ts'

type Item = ReturnType<typeof readMarkdown>['rules'][number]

/**
 * Reads the list under `## Rules` of a brief or of any other Markdown file: `- PAY-3: For each order, at most 1 \`bank.commit\`.`
 * What follows the full stop is the rule's why. Never throws: what is wrong is in `problems`, each at its line and column.
 */
export function parseBriefRules(
  file: string,
  text: string,
  eventTypes: readonly string[],
): { readonly rules: readonly Rule[]; readonly problems: readonly Problem[] } {
  const all: Problem[] = []
  const items = readMarkdown(file, text, all).rules
  // Of what the reader found, only what concerns this list: the rest is told by whoever reads the scenarios.
  const problems = all.filter(({ text: told }) => told.includes('"- PAY-3: …"') || / is used twice/.test(told))
  const rules: Rule[] = []
  for (const item of items) {
    const placeOf = placesOf(item, text)
    const report = (offset: number, told: string): void =>
      void problems.push({ ...placeOf(offset), level: 'error', text: told })
    try {
      const { names, ...read } = readSentence(item.text)
      const { rule, unknown } = checkNames({ id: item.id, ...read, place: item.place }, eventTypes)
      for (const { type, text: told } of unknown)
        report(names.find((name) => name.type === type || name.type.startsWith(type))?.offset ?? 0, told)
      if (unknown.length === 0) rules.push(rule)
    } catch (error) {
      if (!(error instanceof SentenceError)) throw error
      report(error.offset, `${item.id}: ${error.message}${/[.?]$/.test(error.message) ? '' : '.'}`)
    }
  }
  return { rules, problems }
}

/** Where an offset into an item's joined text stands in the file: an item may run over several lines. */
function placesOf(item: Item, text: string): (offset: number) => Place {
  const lines = text.split('\n')
  const { file, line, column } = item.place
  const first = lines[line - 1] ?? ''
  const start = first.length - first.slice(column - 1 + item.id.length + 1).trimStart().length
  return (offset) => {
    let left = offset
    for (let at = line - 1; ; at++) {
      const content = lines[at] ?? ''
      const from = at === line - 1 ? start : content.length - content.trimStart().length
      const length = content.trimEnd().length - from
      // The space that joins two lines belongs to the first of them.
      if (left <= length || at + 1 >= lines.length) return { file, line: at + 1, column: from + left + 1 }
      left -= length + 1
    }
  }
}
