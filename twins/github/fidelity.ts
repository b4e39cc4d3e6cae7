import { sign } from 'node:crypto'
import type { FidelityProfile } from '../fidelity.ts'
import type { Exchange } from '../har.ts'
import { isAppPath, isInstallationPath } from './given/callers.ts'
import { given } from './given/index.ts'
import { APP_KEY } from './keys.ts'

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** The JWT of an app, of the time it was sent. */
function jwt({ atMs = 0 }: Exchange): string {
  const nowS = Math.floor(atMs / 1000)
  const body = `${encoded({ alg: 'RS256', typ: 'JWT' })}.${encoded({ iss: 'fidelity', iat: nowS - 30, exp: nowS + 540 })}`
  return `${body}.${sign('RSA-SHA256', Buffer.from(body), APP_KEY).toString('base64url')}`
}

/** Recordings keep no credentials. Where one was refused a bad one is put; else what the operation takes. */
function authorize(headers: Headers, exchange: Exchange): void {
  const { pathname } = new URL(exchange.url)
  const asApp = isAppPath(pathname)
  const asInstallation = isInstallationPath(pathname, exchange.method)
  if (exchange.status === 401) headers.set('Authorization', asApp ? 'Bearer a.b.c' : 'Basic !')
  else if (asApp) headers.set('Authorization', `Bearer ${jwt(exchange)}`)
  else headers.set('Authorization', `token ${asInstallation ? 'ghs_fidelity' : 'fidelity'}`)
}

/** What the API shows now and did not show when some of the recordings were made; within a version GitHub only adds. */
// biome-ignore format: a list of words
const NEWER = [
  'user_view_type', 'twitter_username', 'has_pull_requests', 'pull_request_creation_policy', 'has_discussions',
  'web_commit_signoff_required', 'allow_forking', 'is_template', 'visibility', 'custom_properties', 'allow_auto_merge',
  'allow_update_branch', 'use_squash_pr_title_as_default', 'squash_merge_commit_message', 'squash_merge_commit_title',
  'merge_commit_message', 'merge_commit_title', 'security_and_analysis', 'permissions.maintain', 'permissions.triage', 'role_name',
  'issue_field_values', 'sub_issues_summary', 'issue_dependencies_summary', 'pinned_comment', 'state_reason', 'reactions',
  'timeline_url', 'performed_via_github_app', 'active_lock_reason', 'auto_merge', 'notification_setting', 'immutable', 'digest',
  'verified_at', 'required_status_checks.checks', 'required_signatures', 'block_creations', 'required_conversation_resolution',
  'lock_branch', 'allow_fork_syncing', 'installations_count', 'client_id', 'parent', 'protection_url', 'draft', 'encoding', 'path', 'display_title', 'run_attempt', 'referenced_workflows', 'run_started_at',
  'previous_attempt_url', 'actor', 'triggering_actor', 'start_line', 'original_start_line', 'start_side', 'line', 'original_line', 'side', 'subject_type',
  'topics', 'verification', 'archived_at', 'pull_request.merged_at',
  'expired', 'deliveries_url', 'search_type', 'user.permissions', 'can_admins_bypass', 'teams.*.type', 'team.type',
  'require_last_push_approval', 'required_approving_review_count', 'required_linear_history', 'allow_force_pushes', 'allow_deletions', 'apps', 'apps_url',
  'production_environment', 'transient_environment', 'original_environment', 'environment_url', 'log_url',
]

/** How recordings of GitHub are replayed. */
export const FIDELITY: FidelityProfile = {
  authorize,
  given,
  ignores: [
    ...NEWER.map((name) => ({ at: `**.${name}`, what: 'extra' as const, why: 'Newer than some of the recordings.' })),
    ...['type', '*.type', 'items.*.type', 'issue.type', '*.issue.type'].map((at) => ({
      at,
      what: 'extra' as const,
      why: 'Issues have types since 2025.',
    })),
    ...['resources.*', 'resources.*.*', 'rate.*'].map((at) => ({
      at,
      what: 'extra' as const,
      why: 'There are more limits now, and they say more.',
    })),
    { at: 'status', what: 'extra', why: 'Errors say their status since 2024.' },
    ...['updated_at', '*.updated_at'].map((at) => ({
      at,
      what: 'extra' as const,
      why: 'Releases say when they were changed since 2025.',
    })),
  ],
}
