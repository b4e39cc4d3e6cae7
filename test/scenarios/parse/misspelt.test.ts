import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { isMap, isPair, isScalar, LineCounter, parse, parseDocument, visit } from 'yaml'
import { loadTwin } from '../../../runner/own-twins.ts'
import { TWINS } from '../../../runner/twins.ts'
import { readMarkdown } from '../../../scenarios/parse/markdown.ts'
import { parseScenarioFile } from '../../../scenarios/parse/scenario-file.ts'
import type { TwinDefinition } from '../../../twins/twin.ts'
import { REPOSITORY } from '../../support/cli.ts'

const files = globSync('{examples,scenarios,test/fixtures/projects,templates}/**/*.scenario.{md,yaml}', {
  cwd: REPOSITORY,
}).filter((file) => !file.includes('node_modules'))

async function twinsOf(file: string): Promise<readonly TwinDefinition<unknown>[]> {
  for (let at = dirname(join(REPOSITORY, file)); at.length >= REPOSITORY.length; at = dirname(at)) {
    try {
      const { twins } = parse(readFileSync(join(at, 'backlot.yaml'), 'utf8')) as { readonly twins: readonly string[] }
      return await Promise.all(twins.map((spec) => loadTwin(spec, at)))
    } catch {
      // Not in this folder.
    }
  }
  return TWINS
}

type Key = { readonly name: string; readonly line: number; readonly column: number }

/** Below these stands what a twin or a program names, not the format. */
const DATA = ['given', 'body', 'headers', 'with', 'where', 'capture', 'is']

/** Every key of the format in a block, with its place in the file. */
function keysIn(text: string, above: number): readonly Key[] {
  const counter = new LineCounter()
  const keys: Key[] = []
  visit(parseDocument(text, { lineCounter: counter }), {
    Pair(_, { key }, path) {
      const below = path.some((node) => isPair(node) && isScalar(node.key) && DATA.includes(String(node.key.value)))
      if (below || !isScalar(key) || !path.some(isMap)) return
      const { line, col } = counter.linePos(key.range?.[0] ?? 0)
      keys.push({ name: String(key.value), line: above + line, column: col })
    },
  })
  return keys
}

test.each(files)('each key of %s, misspelt in turn, is an error on its own line with the right name', async (file) => {
  const twins = await twinsOf(file)
  const text = readFileSync(join(REPOSITORY, file), 'utf8')
  const problems = (changed: string): readonly string[] =>
    parseScenarioFile(file, changed, { twins }).problems.flatMap(({ level, line, text: told }) =>
      level === 'error' ? [`${line}: ${told}`] : [],
    )
  const blocks = file.endsWith('.md') ? readMarkdown(file, text, []).blocks : [{ text, above: 0 }]
  // What names twins that are made when it runs (the library's roles) has mistakes already: a new one must be told all the same.
  const before = new Set(problems(text))
  const lines = text.split('\n')
  const keys = blocks.flatMap((block) => keysIn(block.text, block.above))
  expect(keys.length).toBeGreaterThan(5)
  for (const { name, line, column } of keys) {
    const typo = `${name.slice(0, 1)}q${name.slice(1)}`
    const old = lines[line - 1] ?? ''
    const changed = old.slice(0, column - 1) + old.slice(column - 1).replace(name, typo)
    const found = problems(lines.toSpliced(line - 1, 1, changed).join('\n')).filter((one) => !before.has(one))
    const told = found.filter((one) => one.startsWith(`${line}: `) && one.includes(`"${typo}"`))
    expect(told, `${typo} on line ${line}: ${found.join(' | ')}`).not.toEqual([])
    if (name.length > 3) expect(told.join('\n'), `${typo} on line ${line}`).toContain(`"${name}"`)
  }
})
