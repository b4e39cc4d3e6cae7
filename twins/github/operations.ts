import type { On } from './ask.ts'
import { addGraphqlRoutes } from './graphql/route.ts'
import { addActionRoutes } from './routes/actions.ts'
import { addAppRoutes } from './routes/apps.ts'
import { addBranchRoutes } from './routes/branches.ts'
import { addCheckRoutes } from './routes/checks.ts'
import { addCommentRoutes } from './routes/comments.ts'
import { addCommitRoutes } from './routes/commits.ts'
import { addContentRoutes } from './routes/contents.ts'
import { addDocumentRoutes } from './routes/documents.ts'
import { addGistRoutes } from './routes/gists.ts'
import { addGitRoutes } from './routes/git.ts'
import { addHookRoutes } from './routes/hooks.ts'
import { addIssueRoutes } from './routes/issues.ts'
import { addLabelRoutes } from './routes/labels.ts'
import { addOrgRoutes } from './routes/orgs.ts'
import { addPeopleRoutes } from './routes/people.ts'
import { addPlainRoutes } from './routes/plain.ts'
import { addPullRoutes } from './routes/pulls.ts'
import { addReleaseRoutes } from './routes/releases.ts'
import { addRepoRoutes } from './routes/repos.ts'
import { addReviewRoutes } from './routes/reviews.ts'
import { addSettingRoutes } from './routes/settings.ts'
import { addTeamRoutes } from './routes/teams.ts'
import { addUserRoutes } from './routes/users.ts'
import { addSearchRoutes } from './search/others.ts'

/** Every route, in the order in which all worlds register them: literal paths before those with parameters. */
export function addRoutes(on: On): void {
  addDocumentRoutes(on)
  addGraphqlRoutes(on)
  addSearchRoutes(on)
  addUserRoutes(on)
  addOrgRoutes(on)
  addTeamRoutes(on)
  addAppRoutes(on)
  addCommentRoutes(on)
  addIssueRoutes(on)
  addLabelRoutes(on)
  addReviewRoutes(on)
  addPullRoutes(on)
  addBranchRoutes(on)
  addContentRoutes(on)
  addGitRoutes(on)
  addCheckRoutes(on)
  addReleaseRoutes(on)
  addActionRoutes(on)
  addHookRoutes(on)
  addGistRoutes(on)
  addSettingRoutes(on)
  addPlainRoutes(on)
  addCommitRoutes(on)
  addRepoRoutes(on)
  addPeopleRoutes(on)
}

function names(): readonly string[] {
  const found = new Set<string>()
  addRoutes((operation) => void found.add(operation))
  return [...found]
}

/** Their names, for faults. */
export const OPERATIONS: readonly string[] = names()
