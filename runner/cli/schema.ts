import { rulesJsonSchema } from '../../oracle/rules/rule-file.ts'
import { suggest } from '../../scenarios/parse/nearest.ts'
import { scenarioJsonSchema } from '../../scenarios/parse/schema.ts'
import { outcomeJsonSchema } from '../factory/outcome.ts'
import { UsageError } from '../gate/workspace.ts'
import { givenShape } from '../guide/given-schema.ts'
import { projectJsonSchema } from '../project.ts'
import { verdictJsonSchema } from '../report/verdict.ts'

/** The formats people write or read, as JSON Schema. */
export const SCHEMAS: Readonly<Record<string, () => object | Promise<object>>> = {
  scenario: async () => scenarioJsonSchema(givenShape((await import('../twins.ts')).TWINS)),
  rules: () => rulesJsonSchema(),
  project: projectJsonSchema,
  verdict: verdictJsonSchema,
  factory: outcomeJsonSchema,
}

export async function runSchema(format: string): Promise<void> {
  const make = SCHEMAS[format]
  if (make === undefined) throw new UsageError(`unknown format "${format}".${suggest(format, Object.keys(SCHEMAS))}`)
  process.stdout.write(`${JSON.stringify(await make(), null, 2)}\n`)
}
