import { writeScenario } from '../../oracle/properties/write-scenario.ts'
import { printRule, type Rule } from '../../oracle/rules/rule.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import type { Incident } from './incident.ts'

/** An incident as a scenario file of the project's own: the story and its rules, in the words of the project's twins. */
export function writeIncident(
  { title, who, when, sources }: Incident,
  scenario: Scenario,
  rules: readonly Rule[],
): string {
  return [
    `# ${title}`,
    '',
    sources.includes('synthetic')
      ? 'A story of the library that has no post-mortem behind it.'
      : `After an incident at ${who} (${when}): ${sources.join(', ')}`,
    '',
    '## Rules',
    '',
    ...rules.map((rule) => `- ${printRule(rule)} ${rule.why}`.trimEnd()),
    '',
    '```yaml scenario',
    writeScenario({ ...scenario, covers: [] }).trimEnd(),
    '```',
    '',
  ].join('\n')
}
