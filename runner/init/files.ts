import { stringify } from 'yaml'
import type { Detected } from './detect.ts'

export const SCENARIO = 'backlot/scenarios/first.scenario.yaml'
export const RULES = 'backlot/rules/first.rules.yaml'
export const SEEDS = 10

/** backlot.yaml for what was found. */
export function projectText(found: Detected & { readonly entry: string }): string {
  const { name, entry, port, asksPort, env, unknownEnv, twins, addons, migrations } = found
  const settings = {
    schema: 1,
    name,
    subject: {
      entry,
      port,
      origin: `https://${name}.example.test`,
      env: { ...(asksPort ? { PORT: String(port) } : {}), ...env },
      ...(addons.length === 0 ? {} : { addons: [...addons] }),
    },
    twins,
    ...(migrations === undefined ? {} : { defaults: { postgres: { files: [migrations] } } }),
    seeds: SEEDS,
  }
  const text = stringify(settings, { defaultStringType: 'PLAIN', lineWidth: 120 })
  const hint =
    unknownEnv.length === 0 ? '' : `# The service also reads ${unknownEnv.join(', ')}: what it needs goes under env.\n`
  return `# yaml-language-server: $schema=node_modules/backlot/schema/project.schema.json\n${hint}${text}`
}

/** A first story: one request, and what came of it when it was tried. */
export function scenarioText({ path }: Pick<Detected, 'path'>, status: number | undefined): string {
  return `# yaml-language-server: $schema=../../node_modules/backlot/schema/scenario.schema.json
schema: 1
id: first
title: The service starts and answers
clock: 2026-05-04T09:00:00Z
when:
  - { as: look, call: GET ${path} }
then:
  - { answer: look${status === undefined ? '' : `, status: ${status}`}, within: 10s }
`
}

export const rulesText =
  (): string => `# yaml-language-server: $schema=../../node_modules/backlot/schema/rules.schema.json
schema: 1
rules:
  - { id: APP-1, why: Who asks is answered., for-each: request, after: app.request, eventually: app.answer, within: 30s }
`
