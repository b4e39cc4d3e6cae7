import { createTwinApp, NotModelled, notModelled, type TwinDefinition } from '../twin.ts'
import { addMethods, type Handlers } from './ask.ts'
import { schedule } from './events.ts'
import { FIDELITY } from './fidelity.ts'
import { GAPS } from './gaps.ts'
import { afterVerification, FIELDS, HAPPENINGS, happen } from './happenings.ts'
import { afterOptions, afterSubmission } from './interactions.ts'
import { PRICES } from './prices.ts'
import { ASSISTANT } from './routes/assistant.ts'
import { AUTH } from './routes/auth.ts'
import { CALLS } from './routes/calls.ts'
import { CANVASES } from './routes/canvases.ts'
import { CHAT, keepSchedule } from './routes/chat.ts'
import { CONVERSATIONS } from './routes/conversations.ts'
import { addFiles, FILES, keepAllSharing } from './routes/files.ts'
import { FUNCTIONS } from './routes/functions.ts'
import { addHooks, afterCommand } from './routes/hooks.ts'
import { MARKS } from './routes/marks.ts'
import { OAUTH } from './routes/oauth.ts'
import { keepReminders, QUIET } from './routes/quiet.ts'
import { REMOTE_FILES } from './routes/remote-files.ts'
import { SEARCH } from './routes/search.ts'
import { STARS } from './routes/stars.ts'
import { STREAMS } from './routes/streams.ts'
import { TEAM } from './routes/team.ts'
import { USERS } from './routes/users.ts'
import { VIEWS } from './routes/views.ts'
import { plant } from './seed.ts'
import { type Seed, seedSchema } from './state.ts'
import { Store } from './store.ts'
import { failure } from './wire.ts'
import { createWorkspace } from './workspace.ts'

export { type Seed, seedSchema } from './state.ts'

const HANDLERS: Handlers = {
  ...AUTH,
  ...OAUTH,
  ...SEARCH,
  ...STARS,
  ...TEAM,
  ...CHAT,
  ...CONVERSATIONS,
  ...USERS,
  ...MARKS,
  ...QUIET,
  ...FILES,
  ...VIEWS,
  ...ASSISTANT,
  ...CALLS,
  ...CANVASES,
  ...FUNCTIONS,
  ...REMOTE_FILES,
  ...STREAMS,
}

/** Paths of files.slack.com and hooks.slack.com; everything else is slack.com's. */
const HOSTS: readonly (readonly [RegExp, string])[] = [
  [/^\/(upload|files-pri)\//, 'files.slack.com'],
  [/^\/(services|actions|commands|app)\//, 'hooks.slack.com'],
  [/^/, 'slack.com'],
]

/** Requests that a gap has a better word for than that there is no such route. */
const LOUD: readonly (readonly [RegExp, string])[] = [
  [/^\/api\/(apps\.connections\.open|rtm\.start)$/, 'Socket Mode and the socket of RTM'],
  [/^\/oauth\/v2\/authorize$/, 'the consent page of OAuth'],
  [/^\/api\/(tooling\.tokens\.rotate|apps\.manifest\.\w+)$/, 'tokens of app configuration'],
  [/^\/api\/admin\./, 'administration of an Enterprise organization'],
  [/^\/api\/(slackLists|workflows|agents|entity)\./, 'lists, featured workflows, agents and work objects'],
  [
    /^\/api\/(conversations\.(\w*[sS]haredInvite|inviteShared|listConnectInvites|externalInvite)|team\.externalTeams|users\.discoverableContacts)/,
    'channels shared with other workspaces',
  ],
  [/^\/api\/(oauth\.access|dialog\.open|files\.(upload|comments\.\w+)|chat\.command)$/, 'methods that are retired'],
  [/^\/api\/openid\.connect\.token$/, 'the consent page of OAuth'],
  [/^\/api\/team\.integrationLogs$/, 'logs of a workspace'],
  [/^\/api\/users\.(set|delete)Photo$/, 'photos of people'],
  [/^\/api\/blocks\.validate$/, 'names of problems with blocks'],
]

/** A Slack workspace with one app in it: the Web API, the Events API and interactivity over HTTP. */
export const slack: TwinDefinition<Seed> = {
  name: 'slack',
  origins: ['https://slack.com', 'https://files.slack.com', 'https://hooks.slack.com'],
  apiVersions: [], // Methods change under their names.
  seed: seedSchema,
  prices: PRICES,
  gaps: GAPS,
  operations: [...Object.keys(HANDLERS), 'files.send', 'files.download', 'webhooks.send', 'responses.send'],
  happenings: HAPPENINGS,
  happeningFields: FIELDS,
  events: [
    'app.installed',
    'app.uninstalled',
    'assistant_thread.changed',
    'bookmark.added',
    'call.added',
    'call.changed',
    'call.ended',
    'canvas.changed',
    'canvas.created',
    'canvas.deleted',
    'channel.archived',
    'channel.created',
    'channel.purpose_changed',
    'channel.renamed',
    'channel.topic_changed',
    'channel.unarchived',
    'command.refused',
    'conversation.opened',
    'events.refused',
    'events.verified',
    'file.deleted',
    'file.shared',
    'file.uploaded',
    'function.completed',
    'function.executed',
    'function.failed',
    'member.joined',
    'member.left',
    'message.changed',
    'message.deleted',
    'message.posted',
    'message.shown',
    'options.offered',
    'pin.added',
    'pin.removed',
    'reaction.added',
    'reaction.removed',
    'token.revoked',
    'user.changed',
    'user.joined',
    'usergroup.created',
    'usergroup.updated',
    'view.closed',
    'view.errors',
    'view.opened',
    'view.refused',
    'view.updated',
    'webhook.sent',
    'webhook.taken',
    'webhook.failed',
    'webhook.given_up',
  ],
  latencyMs: { min: 60, max: 350 },
  fidelity: FIDELITY,
  create(world, seed) {
    const store = new Store()
    const ws = createWorkspace(world, seed, store)
    const app = createTwinApp('slack')
    addMethods(app, ws, HANDLERS)
    addFiles(app, ws)
    addHooks(app, ws)
    ws.answers = {
      interaction: (delivery, body) => afterSubmission(ws, delivery, body),
      options: (delivery, body) => afterOptions(ws, delivery, body),
      command: (delivery, body) => afterCommand(ws, delivery, body),
      verification: (delivery, body) => afterVerification(ws, delivery, body),
    }
    plant(ws, seed)
    return {
      operationOf: app.operationOf,
      fetch: async (request) => {
        checkAddress(new URL(request.url))
        return app.fetch(request)
      },
      failure: (status, retryAfterMs, request) => failure(ws, status, retryAfterMs, request),
      happen: (event, fields) => happen(ws, event, fields),
      snapshot: () => store.snapshot(),
      restore(json) {
        store.restore(json)
        ws.forget()
        // Whatever that state still has before it is put back on the clock.
        for (const delivery of store.deliveries.all()) schedule(ws, delivery)
        for (const row of store.scheduled_messages.all()) keepSchedule(ws, row)
        keepAllSharing(ws)
        keepReminders(ws)
      },
    }
  },
}

function checkAddress({ hostname, pathname }: URL): void {
  const gap = LOUD.find(([path]) => path.test(pathname))
  if (gap !== undefined) throw notModelled('slack', GAPS, gap[1])
  const [, host] = HOSTS.find(([path]) => path.test(pathname)) ?? ['', 'slack.com']
  if (hostname !== host) throw new NotModelled('slack', `${pathname} at ${hostname}`, `It is served at ${host}.`)
}
