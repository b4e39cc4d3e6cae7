import type { Facts } from './mutator.ts'

const logic: Facts = { class: 'logic', severity: 'major', detector: 'any check on the behaviour' }
const data: Facts = { class: 'data', severity: 'minor', detector: 'an expectation on the field' }

/** What a survivor of each of StrykerJS's own mutators means. */
const GENERIC: Readonly<Record<string, Facts>> = {
  ArithmeticOperator: { ...logic, detector: 'exact amounts and times' },
  ArrayDeclaration: data,
  ArrowFunction: logic,
  BlockStatement: logic,
  BooleanLiteral: logic,
  ConditionalExpression: logic,
  EqualityOperator: { ...logic, detector: 'a scenario at the limit' },
  LogicalOperator: logic,
  MethodExpression: logic,
  CallExpression: logic,
  EmptyExpression: logic,
  ObjectLiteral: data,
  StringLiteral: data,
  UnaryOperator: logic,
  UpdateOperator: logic,
  Regex: { ...logic, detector: 'a scenario with what the pattern must refuse' },
  OptionalChaining: { ...logic, severity: 'minor' },
  AssignmentOperator: { ...logic, detector: 'exact sums' },
}

export const genericFacts = (mutator: string): Facts => GENERIC[mutator] ?? logic
