type Row = { readonly line: RegExp; readonly operation?: RegExp; readonly why: string }

/** Whether the document is wrong here, or the twin is right all the same. */
export const excused = (operation: string, line: string): boolean =>
  ROWS.some((row) => row.line.test(line) && (row.operation?.test(operation) ?? true))

/** Where the document is wrong, and how we know. */
const EXCUSED: readonly Row[] = [
  { line: /^status: is no field/, why: 'Errors say their status since 2024, all of them in recordings.' },
  {
    line: /^(.*\.)?(name|company|location|email): is null$|^(.*\.)?blog: "" is no uri$/,
    operation: /^(orgs|teams|users\.teams)\./,
    why: 'What an organisation leaves out is null or empty; recordings show it.',
  },
  { line: /^homepage: "" is no uri$/, operation: /^repos\./, why: 'It may be empty; recordings show it.' },
  {
    line: /secret_scanning_validity_checks: is no field/,
    operation: /^repos\./,
    why: 'Recordings show it.',
  },
  {
    line: /(target|log|environment)_url: "" is no uri$/,
    operation: /^deployments\.statuses\./,
    why: 'Their default is the empty text.',
  },
  {
    line: /files\.[^.]+\.language: is null$/,
    operation: /^gists\./,
    why: 'A file may be in no language; gist-simple says so.',
  },
  { line: /./, operation: /^gists\.is_starred$/, why: 'Described as empty, though all errors say what they are.' },
  { line: /state_reason: is no field/, operation: /^issues\.events\./, why: 'An event of closing says why it was.' },
  {
    line: /evaluation_result: is null$/,
    operation: /rule_suites/,
    why: 'Null where nothing was evaluated, as its own description says.',
  },
  { line: /(^|\.)line: is null$/, operation: /^pulls\./, why: 'Recordings show it.' },
  {
    line: /requested_teams\[\d+\]\.parent: is no field/,
    operation: /^pulls\./,
    why: 'The same teams have one in lists of pull requests.',
  },
  {
    line: /auto_merge\.commit_(title|message): is null$/,
    why: 'Webhooks describe both as null where nobody gave them.',
  },
  {
    line: /apps\[\d+\]\.(description: is null|permissions\.\w+: is no field of it)$/,
    operation: /protection/,
    why: 'Made from one example; the app itself is described with both.',
  },
  {
    line: /resource: is no field|audit_log|code_scanning_upload/,
    operation: /^rate_limit\./,
    why: 'There are more limits now, and they say what they are of.',
  },
  { line: /can_admins_bypass: is no field/, why: 'Clients read it: go-github has it as Environment.CanAdminsBypass.' },
  {
    line: /items\[\d+\]\.committer\.\w+: is no field/,
    operation: /^search\.commits$/,
    why: 'Described as a name and an address, and is the account, as in other lists of commits.',
  },
  {
    line: /^items\[\d+\]\.body: is null$/,
    operation: /^search\.issues$/,
    why: 'An issue without a body has null here as elsewhere.',
  },
  {
    line: /user_view_type: is no field|issue_field_values: is no field/,
    why: 'Newer than some payloads; the same account and issue have it in others.',
  },
  {
    line: /^forkee\.(has_discussions|has_pull_requests|pull_request_creation_policy): is no field/,
    why: 'The same repository has it in every other payload.',
  },
  {
    line: /^deployment_status\.(log|environment|target)_url: "" is no uri$/,
    operation: /^deployment_status/,
    why: 'Their default is the empty text.',
  },
  { line: /^installation: is missing$/, operation: /^repository_dispatch/, why: 'Only apps have one.' },
  {
    line: /display_title: is no field/,
    operation: /^workflow_run/,
    why: 'The same run has it in every other payload.',
  },
  { line: /^action: is ".*", none of its words$/, operation: /^repository_dispatch/, why: 'The sender chooses it.' },
]

/** What recordings do not show that are older than the fields; where a test is handed some, their own answers come first. */
const OLDER: readonly Row[] = [
  { line: /(created_at|head_branch|workflow_name): is missing/, operation: /^actions\.jobs\./, why: 'Of 2021.' },
  { line: /(display_title|path): is missing/, operation: /^actions\.(workflows\.)?runs\./, why: 'Of 2021.' },
  { line: /^\[\d+\]\.account\./, operation: /^apps\.installations\.list$/, why: 'Of 2020.' },
  {
    line: /archived_at: is missing|validity_checks_enabled: is no field/,
    operation: /^(orgs|teams)\./,
    why: 'Of 2023.',
  },
  { line: /verification\.verified_at: is missing/, operation: /^repos\./, why: 'Of 2024.' },
  { line: /has_discussions: is missing/, operation: /^repos\./, why: 'Of 2022.' },
]
const ROWS = process.env.BACKLOT_RECORDINGS === undefined ? EXCUSED : [...EXCUSED, ...OLDER]
