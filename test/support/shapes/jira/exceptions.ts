/** Where Jira's answers are known to differ from the documents that its client is made from: model → fields beyond its description. */
const BEYOND: Readonly<Record<string, string>> = {
  // What Connect refuses with, before any resource is asked.
  ErrorCollection: 'error',
  // Described as `looped`; answers of sites say isLooped, as the fixtures of several clients have them.
  IssueTransition: 'isLooped',
  // In the example of "Get project role for project", not in its schema.
  RoleActor: 'name',
}

export const isBeyond = (model: string, field: string): boolean => BEYOND[model]?.split(' ').includes(field) === true
