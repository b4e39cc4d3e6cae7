import type { Gap } from '../twin.ts'

/** What this twin does not model. A request that needs it ends the run as inconclusive. */
export const GAPS: readonly Gap[] = [
  { what: 'legacy templates', why: 'Substitutions with <% %> are not simulated; dynamic templates are.' },
  {
    what: 'a template that is not there',
    why: 'What SendGrid answers is not documented: give the seed its templates.',
  },
  {
    what: 'other parts of Handlebars',
    why: 'Partials, `with`, `lookup`, inline helpers and the like are not SendGrid’s.',
  },
  { what: 'substitutions and sections', why: 'Those of legacy templates are not simulated; write the text.' },
  { what: 'IP pools', why: 'Deliverability by pool is not simulated.' },
  { what: 'subusers', why: 'There is one account.' },
  { what: 'the region EU', why: 'There is one region, at api.sendgrid.com.' },
  {
    what: 'settings of tracking and mail',
    why: 'Footers, spam checks and links that are rewritten are not simulated.',
  },
  { what: 'several event webhooks', why: 'There is one, of the settings without an id.' },
  { what: 'OAuth and tests of event webhooks', why: 'They are signed instead, and told of what happens.' },
  {
    what: 'branded links and addresses of one’s own',
    why: 'Links are not rewritten, and nobody sees from which address a mail comes.',
  },
  {
    what: 'marketing campaigns',
    why: 'Lists, contacts, their fields and single sends are simulated; segments, searches in SGQL, files, designs and automations are not.',
  },
  {
    what: 'what a single send lacks',
    why: 'Assumed: the words, and which is missed first. That all of it is needed is documented.',
  },
  { what: 'raw mails that come in', why: 'They are taken apart; send_raw is not simulated.' },
  {
    what: 'checks of mails that come in',
    why: 'Assumed: DKIM and SPF pass, and nothing is spam.',
  },
  { what: 'other statistics', why: 'Those of the account and of categories are simulated, by the day.' },
  { what: 'the time a mail takes', why: 'Assumed: processed after 0.3 seconds, delivered 0.8 to 4 seconds later.' },
  {
    what: 'the times between retries of events',
    why: 'Assumed: six within a day. The page says that they go on for 24 hours.',
  },
  {
    what: 'rate limits',
    why: 'Assumed: 600 a minute for each endpoint but mail/send, which has none unless the seed says so.',
  },
]
