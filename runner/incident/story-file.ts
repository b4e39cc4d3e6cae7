import { isMap, isScalar, parseDocument, stringify } from 'yaml'
import { writeScenario } from '../../oracle/properties/write-scenario.ts'
import { readMarkdown } from '../../scenarios/parse/markdown.ts'
import type { ProofShape } from '../../scenarios/parse/schema.ts'
import type { Scenario } from '../../scenarios/scenario.ts'

/** The text of a scenario file in which the story of that id is another one; all around it stays as it was. */
export const withStory = (file: string, text: string, scenario: Scenario): string =>
  inBlock(file, text, scenario.id, () => writeScenario(scenario))

/** The text of a scenario file in which the story of that id carries a proof. */
export const withProof = (file: string, text: string, id: string, proof: ProofShape): string =>
  inBlock(file, text, id, (yaml) => {
    const rest = without(yaml, 'proof').trimEnd()
    return `${rest}\n${stringify({ proof }, { lineWidth: 0 })}`
  })

function inBlock(file: string, text: string, id: string, change: (yaml: string) => string): string {
  if (!file.endsWith('.md')) return change(text)
  const block = readMarkdown(file, text, []).blocks.find((one) => idOf(one.text) === id)
  if (block === undefined) throw new Error(`${file}: expected a block with the id ${id}.`)
  const lines = text.split('\n')
  const length = block.text.split('\n').length
  const changed = change(`${block.text}\n`).trimEnd().split('\n')
  return [...lines.slice(0, block.above), ...changed, ...lines.slice(block.above + length)].join('\n')
}

function idOf(yaml: string): unknown {
  const { contents } = parseDocument(yaml)
  return isMap(contents) ? contents.get('id') : undefined
}

/** YAML without one of its top keys; whatever else stands there keeps its form. */
function without(yaml: string, key: string): string {
  const { contents } = parseDocument(yaml)
  if (!isMap(contents)) return yaml
  const at = contents.items.findIndex((item) => isScalar(item.key) && item.key.value === key)
  const [start, end] = [at, at + 1].map((index) => {
    const one = contents.items[index]?.key
    return isScalar(one) ? one.range?.[0] : undefined
  })
  return at < 0 || start === undefined ? yaml : yaml.slice(0, start) + (end === undefined ? '' : yaml.slice(end))
}
