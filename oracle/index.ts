export type { Check } from './check.ts'
export { type Behaviour, behaviourOf } from './differential/behaviour.ts'
export { clustersOf, type Difference, firstDifference } from './differential/disagreement.ts'
export { judgeExpectations } from './expectations.ts'
export { type MineOptions, mine, type Proposal } from './mine/mine.ts'
export { events, type Measure, rows, total } from './properties/measure.ts'
export {
  type ExpectedAnswer,
  judgeModel,
  type Model,
  type ModelCall,
  type ModelCommand,
  storiesOf,
} from './properties/model.ts'
export { type OpenApiOptions, scenariosFromOpenApi } from './properties/openapi.ts'
export {
  compareTellings,
  faultsLeaveNoMark,
  orderSwapped,
  type Relation,
  sameRequestTwice,
  shiftedByAWeek,
  splitPayment,
  unitChanged,
} from './properties/relations.ts'
export { aCall, aFault, anyStory, aWhile, storyOf, type Unnamed } from './properties/story.ts'
export { type VariationOptions, variationsOf } from './properties/variations.ts'
export { writeScenario } from './properties/write-scenario.ts'
export { lowerBound, triesNeeded, upperBound, wilson } from './readiness/bounds.ts'
export { type Card, type CardRow, cardOf, printCard } from './readiness/card.ts'
export type { Item, Result } from './readiness/result.ts'
export { parseBriefRules } from './rules/brief.ts'
export { type AllOf, all, type OneOf, type RuleStart, rule, type TimedRule } from './rules/builder.ts'
export { judgeRules, type RuleReport, type Share } from './rules/judge.ts'
export { type Judgement, judgeRule, judgeRun, type Watch, watch } from './rules/monitor.ts'
export { type Clause, type EventPattern, type Events, printRule, type Rule } from './rules/rule.ts'
export { parseRuleFile } from './rules/rule-file.ts'
export { type Spelling, translate } from './rules/translate.ts'
export { type Finding, type Verdict, worst } from './verdict.ts'
