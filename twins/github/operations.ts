import type { On } from './ask.ts'
import { addGraphqlRoutes } from './graphql/route.ts'
import { addActionPartRoutes } from './routes/action-parts.ts'
import { addActionRoutes } from './routes/actions.ts'
import { addAppRoutes } from './routes/apps.ts'
import { addBranchRoutes } from './routes/branches.ts'
import { addCheckRoutes } from './routes/checks.ts'
import { addCommentRoutes } from './routes/comments.ts'
import { addCommitRoutes } from './routes/commits.ts'
import { addContentRoutes } from './routes/contents.ts'
import { addDocumentRoutes } from './routes/documents.ts'
import { addEnvironmentRoutes } from './routes/environments.ts'
import { addGistPartRoutes } from './routes/gist-parts.ts'
import { addGistRoutes } from './routes/gists.ts'
import { addGitRoutes } from './routes/git.ts'
import { addHookRoutes } from './routes/hooks.ts'
import { addInvitationRoutes } from './routes/invitations.ts'
import { addIssueLinkRoutes } from './routes/issue-links.ts'
import { addIssueRoutes } from './routes/issues.ts'
import { addLabelRoutes } from './routes/labels.ts'
import { addNotificationRoutes } from './routes/notifications.ts'
import { addOrgPartRoutes } from './routes/org-parts.ts'
import { addOrgRoutes } from './routes/orgs.ts'
import { addOwnSettingRoutes } from './routes/own-settings.ts'
import { addPeopleRoutes } from './routes/people.ts'
import { addPlainRoutes } from './routes/plain.ts'
import { addPullRoutes } from './routes/pulls.ts'
import { addReleaseNotesRoutes } from './routes/release-notes.ts'
import { addReleaseRoutes } from './routes/releases.ts'
import { addRepoRoutes } from './routes/repos.ts'
import { addReviewRoutes } from './routes/reviews.ts'
import { addRulesetRoutes } from './routes/rulesets.ts'
import { addSecretRoutes } from './routes/secrets.ts'
import { addSettingRoutes } from './routes/settings.ts'
import { addTeamRoutes } from './routes/teams.ts'
import { addTimelineRoutes } from './routes/timeline.ts'
import { addUserRoutes } from './routes/users.ts'
import { addSearchRoutes } from './search/others.ts'

/** Every route, in the order in which all worlds register them: literal paths before those with parameters. */
export function addRoutes(on: On): void {
  addDocumentRoutes(on)
  addGraphqlRoutes(on)
  addSearchRoutes(on)
  addOwnSettingRoutes(on)
  addNotificationRoutes(on)
  addUserRoutes(on)
  addOrgRoutes(on)
  addOrgPartRoutes(on)
  addTeamRoutes(on)
  addAppRoutes(on)
  addCommentRoutes(on)
  addTimelineRoutes(on)
  addIssueLinkRoutes(on)
  addIssueRoutes(on)
  addLabelRoutes(on)
  addReviewRoutes(on)
  addPullRoutes(on)
  addBranchRoutes(on)
  addContentRoutes(on)
  addGitRoutes(on)
  addCheckRoutes(on)
  addReleaseNotesRoutes(on)
  addReleaseRoutes(on)
  addActionPartRoutes(on)
  addActionRoutes(on)
  addSecretRoutes(on)
  addHookRoutes(on)
  addGistRoutes(on)
  addGistPartRoutes(on)
  addSettingRoutes(on)
  addRulesetRoutes(on)
  addPlainRoutes(on)
  addEnvironmentRoutes(on)
  addCommitRoutes(on)
  addRepoRoutes(on)
  addPeopleRoutes(on)
  addInvitationRoutes(on)
}

function names(): readonly string[] {
  const found = new Set<string>()
  addRoutes((operation) => void found.add(operation))
  return [...found]
}

/** Their names, for faults. */
export const OPERATIONS: readonly string[] = names()
