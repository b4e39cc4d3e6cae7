import { fromMarkdown } from 'mdast-util-from-markdown'
import type { Place, Problem } from '../scenario.ts'
import { suggest } from './nearest.ts'
import type { YamlSource } from './yaml.ts'

/** One item of a list that counts: `- AC-1: When …`. */
export type Item = { readonly id: string; readonly text: string; readonly place: Place }
export type MarkdownParts = {
  readonly title: string
  readonly acceptance: readonly Item[]
  readonly rules: readonly Item[]
  readonly blocks: readonly YamlSource[]
}

type Node = ReturnType<typeof fromMarkdown>['children'][number]
const textOf = (node: { readonly value?: string; readonly children?: readonly object[] }): string =>
  node.value ?? (node.children ?? []).map(textOf).join('')

/** What counts in a Markdown file: two lists, and the blocks fenced as `yaml scenario`. All other prose is for people. */
export function readMarkdown(file: string, text: string, problems: Problem[]): MarkdownParts {
  const lines = text.split('\n')
  const lists: Record<'acceptance' | 'rules', Item[]> = { acceptance: [], rules: [] }
  const blocks: YamlSource[] = []
  let title = ''
  let section = ''
  const report = (line: number, column: number, message: string): void =>
    void problems.push({ file, line, column, level: 'error', text: message })

  const takeItem = (kind: 'acceptance' | 'rules', line: number): void => {
    const match = /^(\s*[-*+]\s+)([A-Z][A-Z0-9]*-\d+):\s*(.*)$/.exec(lines[line - 1] ?? '')
    if (match === null)
      return report(
        line,
        1,
        `expected an item such as "- ${kind === 'rules' ? 'PAY-3' : 'AC-1'}: …", got one without an id.`,
      )
    const [, bullet = '', id = ''] = match
    const earlier = lists[kind].find((item) => item.id === id)
    if (earlier !== undefined)
      return report(line, bullet.length + 1, `${id} is used twice, first on line ${earlier.place.line}.`)
    let words = match[3] ?? ''
    for (let next = line; /^\s{2,}\S/.test(lines[next] ?? '') && !/^\s*[-*+]\s/.test(lines[next] ?? ''); next++)
      words += ` ${lines[next]?.trim()}`
    lists[kind].push({ id, text: words.trim(), place: { file, line, column: bullet.length + 1 } })
  }

  const takeFence = (node: Extract<Node, { type: 'code' }>, nested: boolean): void => {
    const { line, column } = node.position?.start ?? { line: 1, column: 1 }
    const language = node.lang ?? ''
    if (!/^ya?ml$/.test(language)) return
    const tag = /^\S+/.exec(node.meta ?? '')?.[0]
    if (tag === undefined) {
      if (/^(id|schema|when|given|then):/m.test(node.value))
        report(line, column, 'expected the fence ```yaml scenario, got ```yaml on what looks like a scenario.')
      return
    }
    if (tag !== 'scenario')
      return report(line, column + 4 + language.length, `unknown fence tag "${tag}".${suggest(tag, ['scenario'])}`)
    if (nested || column > 1)
      return report(line, column, 'expected a scenario block at the left margin, got one inside a list or quote.')
    blocks.push({ file, text: node.value, above: line })
  }

  const walk = (node: Node, nested: boolean): void => {
    if (node.type === 'heading') {
      const words = textOf(node)
      section = words.trim().toLowerCase()
      if (node.depth === 1 && title === '') title = words
    }
    if (node.type === 'list' && !nested && (section === 'acceptance' || section === 'rules')) {
      for (const item of node.children) takeItem(section, item.position?.start.line ?? 1)
    }
    if (node.type === 'code') takeFence(node, nested)
    else if ('children' in node) for (const child of node.children) walk(child as Node, true)
  }
  for (const node of fromMarkdown(text).children) walk(node, false)
  return { title, ...lists, blocks }
}
