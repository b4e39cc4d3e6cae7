import type { Gap } from '../twin.ts'

/** What this twin does not model. A request that needs it ends the run as inconclusive. Rows that begin with "Assumed:" are guesses. */
export const GAPS: readonly Gap[] = [
  { what: 'Socket Mode and the socket of RTM', why: 'Nobody listens on a WebSocket; receive events over HTTP.' },
  {
    what: 'newer blocks and elements',
    why: 'Cards, tables, charts, plans, video, files and workflow buttons are not checked.',
  },
  { what: 'steps of old workflows', why: 'Slack has retired them.' },
  {
    what: 'blocks of Markdown',
    why: 'Assumed: one rich_text block of what is bold, struck, quoted, code or a link, and the text as it was sent. Slack turns it into blocks of its own.',
  },
  {
    what: 'events of a streamed message',
    why: 'Assumed: the app is told of it when it starts and when it stops, and of nothing between.',
  },
  {
    what: 'searches beyond common modifiers',
    why: 'Words, phrases, in:, from:, before:, after: and on: are found; Slack’s index knows more.',
  },
  { what: 'the ranking of a search', why: 'Assumed: the newest is first; Slack’s score is its own.' },
  { what: 'lists, featured workflows, agents and work objects', why: 'They are products of their own.' },
  { what: 'several changes of a canvas at once', why: 'Slack takes one; what it says to more is not documented.' },
  {
    what: 'canvases as files',
    why: 'Their fields as files are not simulated; use canvases.edit and canvases.sections.lookup.',
  },
  {
    what: 'sections of a canvas',
    why: 'Assumed: what stands between empty lines, and each header, is a section.',
  },
  { what: 'parameters of a function', why: 'Assumed: all of them text. A manifest says what they are.' },
  { what: 'logs of a workspace', why: 'Who signed in from where, and who installed what, is not simulated.' },
  { what: 'photos of people', why: 'Their bytes are not looked at.' },
  { what: 'methods that are retired', why: 'Slack refuses them, or will; use what came in their place.' },
  { what: 'names of problems with blocks', why: 'What blocks.validate calls them is not documented; post the blocks.' },
  { what: 'administration of an Enterprise organization', why: 'There is one workspace.' },
  { what: 'acting as a user', why: 'as_user belongs to classic apps, which are retired; use a user token.' },
  { what: 'parse and link_names', why: 'Write mentions and links as <@U…>, <#C…> and <https://…>.' },
  { what: 'replies to messages that are not there', why: 'What Slack answers is not documented.' },
  { what: 'channels shared with other workspaces', why: 'There is one workspace; team_id names another one.' },
  { what: 'the consent page of OAuth', why: 'Nobody fills it in; seed the code that it would bring.' },
  { what: 'tokens of app configuration', why: 'They are for manifests, which people write and CI uploads.' },
  {
    what: 'where remote files are shared',
    why: 'Assumed: in conversations of the app’s own, and channel_not_found elsewhere.',
  },
  { what: 'buttons of old attachments', why: 'Slack replaced them by blocks in 2018.' },
  {
    what: 'how far limits stretch',
    why: 'Assumed: exactly so many calls a minute as Slack promises, none more, and one message per second and channel unless the seed allows bursts. Slack lets short bursts through and states no size.',
  },
  {
    what: 'when subscriptions are switched off',
    why: 'Assumed: never. Slack does so below 5 % success in 60 minutes, and sends app_rate_limited above 30,000 events an hour.',
  },
  {
    what: 'X-Slack-No-Retry',
    why: 'Assumed: not sent. Headers of the app’s answers are not seen here.',
  },
  { what: 'words of a reminder', why: 'Assumed: Slackbot says Reminder and the text, which people see in many ways.' },
  { what: 'names of emoji', why: 'Assumed: every name that could be one is one.' },
  {
    what: 'how answers that come too late are refused',
    why: 'Assumed: 404 with expired_url or used_url in plain text, at a response_url.',
  },
  { what: 'names of outages', why: 'Assumed: internal_error with 500, service_unavailable with 503.' },
  { what: 'faces of a thread', why: 'Assumed: reply_users names five.' },
  { what: 'the size of all blocks together', why: 'Assumed: no limit. Slack has one, and does not state it.' },
  { what: 'unfurls', why: 'Assumed: no link shows a preview, whatever unfurl_links and unfurl_media say.' },
  { what: 'images by address', why: 'Assumed: every image_url can be downloaded.' },
  {
    what: 'wording of Block Kit errors',
    why: 'Assumed: what is not found in public reports of errors, and invalid_attachments for blocks of attachments. The places and limits are documented.',
  },
  { what: 'rich text of a text', why: 'Assumed: nested lists stay text.' },
  {
    what: 'upload addresses that lead nowhere',
    why: 'What Slack answers is not documented; ask for an address first.',
  },
  { what: 'what becomes of a file', why: 'Assumed: its kind follows its name, and there is no preview.' },
  { what: 'when files are shared', why: 'Assumed: one to three seconds after completeUploadExternal.' },
]
