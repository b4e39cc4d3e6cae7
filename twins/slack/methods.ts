import type { ChannelKind } from './state.ts'

/** Calls per minute that a method allows; `posting` is one message per second and channel, `hundreds` a few hundred a minute. */
export type Tier = 1 | 2 | 3 | 4 | 'posting' | 'hundreds'
type Kind = 'bot' | 'user' | 'app'
export type Method = {
  readonly tier: Tier
  /** Any one of them lets a token in; none are needed when it is empty. */
  readonly scopes: readonly string[]
  readonly tokens: readonly Kind[]
}

const ALL: readonly Kind[] = ['bot', 'user']
const scoped = (tier: Tier, scopes = '', tokens = ALL): Method => ({
  tier,
  scopes: scopes === '' ? [] : scopes.split(','),
  tokens,
})

const READ = 'channels:read,groups:read,mpim:read,im:read'
const HISTORY = 'channels:history,groups:history,mpim:history,im:history'
const MANAGE = 'channels:manage,channels:write,groups:write'
const WRITE = `${MANAGE},mpim:write,im:write`

/**
 * Tiers as Slack's own SDK for Java lists them: com.slack.api.methods.MethodsRateLimits at
 * https://github.com/slackapi/java-slack-sdk (2026-11-26). Scopes: https://docs.slack.dev/reference/methods (2026-11-26).
 */
export const METHODS: Readonly<Record<string, Method>> = {
  'api.test': { tier: 4, scopes: [], tokens: ['bot', 'user', 'app'] },
  'apps.uninstall': scoped(1),
  'assistant.threads.setStatus': scoped('hundreds', 'assistant:write,chat:write'),
  'assistant.threads.setSuggestedPrompts': scoped(3, 'assistant:write'),
  'assistant.threads.setTitle': scoped(3, 'assistant:write'),
  'apps.event.authorizations.list': scoped(4, 'authorizations:read', ['app']),
  'auth.revoke': scoped(3),
  'auth.teams.list': scoped(2),
  'auth.test': { tier: 'hundreds', scopes: [], tokens: ['bot', 'user', 'app'] },
  'bookmarks.add': scoped(2, 'bookmarks:write'),
  'bookmarks.edit': scoped(2, 'bookmarks:write'),
  'bookmarks.list': scoped(3, 'bookmarks:read'),
  'bookmarks.remove': scoped(2, 'bookmarks:write'),
  'bots.info': scoped(3, 'users:read'),
  'calls.add': scoped(3, 'calls:write'),
  'calls.end': scoped(2, 'calls:write'),
  'calls.info': scoped(2, 'calls:read'),
  'calls.participants.add': scoped(2, 'calls:write'),
  'calls.participants.remove': scoped(2, 'calls:write'),
  'calls.update': scoped(2, 'calls:write'),
  'canvases.access.delete': scoped(3, 'canvases:write'),
  'canvases.access.set': scoped(3, 'canvases:write'),
  'canvases.create': scoped(2, 'canvases:write'),
  'canvases.delete': scoped(3, 'canvases:write'),
  'canvases.edit': scoped(3, 'canvases:write'),
  'canvases.sections.lookup': scoped(3, 'canvases:read'),
  'chat.appendStream': scoped(4, 'chat:write', ['bot']),
  'chat.delete': scoped(3, 'chat:write'),
  'chat.deleteScheduledMessage': scoped(3, 'chat:write'),
  'chat.getPermalink': scoped('hundreds'),
  'chat.meMessage': scoped(3, 'chat:write'),
  'chat.postEphemeral': scoped(4, 'chat:write'),
  'chat.postMessage': scoped('posting', 'chat:write'),
  'chat.scheduleMessage': scoped(3, 'chat:write'),
  'chat.scheduledMessages.list': scoped(3),
  'chat.startStream': scoped(2, 'chat:write', ['bot']),
  'chat.stopStream': scoped(2, 'chat:write', ['bot']),
  'chat.unfurl': scoped(3, 'links:write'),
  'chat.update': scoped(3, 'chat:write'),
  'conversations.archive': scoped(2, MANAGE),
  'conversations.canvases.create': scoped(2, 'canvases:write'),
  'conversations.close': scoped(2, 'mpim:write,im:write'),
  'conversations.create': scoped(2, MANAGE),
  'conversations.history': scoped(3, HISTORY),
  'conversations.info': scoped(3, READ),
  'conversations.invite': scoped(3, `${MANAGE},channels:write.invites,groups:write.invites`),
  'conversations.join': scoped(3, 'channels:join,channels:write'),
  'conversations.kick': scoped(3, MANAGE),
  'conversations.leave': scoped(3, MANAGE),
  'conversations.list': scoped(2, READ),
  'conversations.mark': scoped(3, WRITE),
  'conversations.members': scoped(4, READ),
  'conversations.open': scoped(3, WRITE),
  'conversations.rename': scoped(2, MANAGE),
  'conversations.replies': scoped(3, HISTORY),
  'conversations.setPurpose': scoped(2, `${WRITE},channels:write.topic,groups:write.topic`),
  'conversations.setTopic': scoped(2, `${WRITE},channels:write.topic,groups:write.topic`),
  'conversations.unarchive': scoped(2, MANAGE, ['user']),
  'dnd.endDnd': scoped(2, 'dnd:write', ['user']),
  'dnd.endSnooze': scoped(2, 'dnd:write', ['user']),
  'dnd.info': scoped(3, 'dnd:read'),
  'dnd.setSnooze': scoped(2, 'dnd:write', ['user']),
  'dnd.teamInfo': scoped(2, 'dnd:read'),
  'emoji.list': scoped(2, 'emoji:read'),
  'files.completeUploadExternal': scoped(4, 'files:write'),
  'files.delete': scoped(3, 'files:write'),
  'files.getUploadURLExternal': scoped(4, 'files:write'),
  'files.info': scoped(4, 'files:read'),
  'files.list': scoped(3, 'files:read'),
  'files.remote.add': scoped(2, 'remote_files:write', ['bot']),
  'files.remote.info': scoped(2, 'remote_files:read'),
  'files.remote.list': scoped(2, 'remote_files:read'),
  'files.remote.remove': scoped(2, 'remote_files:write', ['bot']),
  'files.remote.share': scoped(2, 'remote_files:share'),
  'files.remote.update': scoped(2, 'remote_files:write', ['bot']),
  'files.revokePublicURL': scoped(3, 'files:write', ['user']),
  'files.sharedPublicURL': scoped(3, 'files:write', ['user']),
  'functions.completeError': scoped(3),
  'functions.completeSuccess': scoped(3),
  'migration.exchange': scoped(2, 'tokens.basic'),
  'oauth.v2.access': scoped(4),
  'oauth.v2.exchange': scoped(3),
  'openid.connect.userInfo': scoped(3, 'openid', ['user']),
  'pins.add': scoped(2, 'pins:write'),
  'pins.list': scoped(2, 'pins:read'),
  'pins.remove': scoped(2, 'pins:write'),
  'reactions.add': scoped(3, 'reactions:write'),
  'reactions.get': scoped(3, 'reactions:read'),
  'reactions.list': scoped(2, 'reactions:read'),
  'reactions.remove': scoped(2, 'reactions:write'),
  'reminders.add': scoped(2, 'reminders:write', ['user']),
  'reminders.complete': scoped(2, 'reminders:write', ['user']),
  'reminders.delete': scoped(2, 'reminders:write', ['user']),
  'reminders.info': scoped(2, 'reminders:read', ['user']),
  'reminders.list': scoped(2, 'reminders:read', ['user']),
  'rtm.connect': scoped(1, 'rtm:stream,client'),
  'search.all': scoped(2, 'search:read', ['user']),
  'search.files': scoped(2, 'search:read', ['user']),
  'search.messages': scoped(2, 'search:read', ['user']),
  'stars.add': scoped(2, 'stars:write', ['user']),
  'stars.list': scoped(3, 'stars:read', ['user']),
  'stars.remove': scoped(2, 'stars:write', ['user']),
  'team.accessLogs': scoped(2, 'admin', ['user']),
  'team.billableInfo': scoped(2, 'admin', ['user']),
  'team.billing.info': scoped(3, 'team.billing:read', ['user']),
  'team.info': scoped(3, 'team:read'),
  'team.preferences.list': scoped(3, 'team.preferences:read'),
  'team.profile.get': scoped(3, 'users.profile:read'),
  'usergroups.create': scoped(2, 'usergroups:write'),
  'usergroups.disable': scoped(2, 'usergroups:write'),
  'usergroups.enable': scoped(2, 'usergroups:write'),
  'usergroups.list': scoped(2, 'usergroups:read'),
  'usergroups.update': scoped(2, 'usergroups:write'),
  'usergroups.users.list': scoped(2, 'usergroups:read'),
  'usergroups.users.update': scoped(2, 'usergroups:write'),
  'users.conversations': scoped(2, READ),
  'users.getPresence': scoped(3, 'users:read'),
  'users.identity': scoped(3, 'identity.basic', ['user']),
  'users.info': scoped(4, 'users:read'),
  'users.list': scoped(2, 'users:read'),
  'users.lookupByEmail': scoped(3, 'users:read.email'),
  'users.profile.get': scoped(4, 'users.profile:read'),
  'users.profile.set': scoped(3, 'users.profile:write', ['user']),
  'users.setPresence': scoped(2, 'users:write'),
  'views.open': scoped(4),
  'views.publish': scoped(4),
  'views.push': scoped(4),
  'views.update': scoped(4),
}

/** What a token that no seed describes may do: everything that some method here asks for. */
const EXTRA = ['chat:write.public', 'chat:write.customize', 'incoming-webhook', 'commands', 'app_mentions:read']
export const EVERY_SCOPE: readonly string[] = [
  ...new Set([...Object.values(METHODS).flatMap(({ scopes }) => scopes), ...EXTRA]),
]

/** The scope that a kind of conversation needs for an act. */
export function scopeOf(kind: ChannelKind, act: 'read' | 'history' | 'write'): readonly string[] {
  if (kind === 'channel') return act === 'write' ? ['channels:manage', 'channels:write'] : [`channels:${act}`]
  return [`${kind === 'group' ? 'groups' : kind}:${act}`]
}
