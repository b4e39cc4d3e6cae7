import type { Gap } from '../twin.ts'

/** What this twin does not model. A request that needs it ends the run as inconclusive. */
export const GAPS: readonly Gap[] = [
  { what: 'API versions other than 2022-11-28', why: '2026-03-10 breaks shapes that this twin keeps.' },
  { what: 'rendered Markdown', why: 'Nothing here renders Markdown; ask for the raw file.' },
  {
    what: 'all of a timeline',
    why: 'Assumed: cross-references and comments on lines are not in it; events, comments, reviews and commits are.',
  },
  { what: 'app manifests that a seed does not name', why: 'The form that makes the code is a page for people.' },
  {
    what: 'figures, feeds and catalogues that a seed does not hold',
    why: 'Only GitHub can work them out; give them as `documents` of the seed, by path.',
  },
  { what: 'old versions of gists that a seed brings', why: 'A seed holds the files of the newest only.' },
  { what: 'projects (classic)', why: 'GitHub took them away in 2025.' },
  { what: 'searches beyond the common qualifiers', why: 'A search that is read wrongly finds the wrong things.' },
  { what: 'searches for topics', why: 'Which topics are curated and featured is GitHub’s to decide.' },
  {
    what: 'GraphQL beyond the common queries',
    why: 'The schema here is a part of GitHub’s; see twins/github/graphql/schema.ts.',
  },
  { what: 'invitations by e-mail', why: 'There is no post here; invite by the number of an account.' },
  {
    what: 'OAuth scopes',
    why: 'Assumed: a token whose scopes no seed names may do all that its person may, and so may a fine-grained one.',
  },
  {
    what: 'signatures',
    why: 'Assumed: no key is known, so no commit is verified; GitHub signs those it makes itself.',
  },
  { what: 'the search index', why: 'Assumed: it is up to date; GitHub’s lags behind writes.' },
  { what: 'commits that a seed knows by their SHA only', why: 'Assumed: they hold no files.' },
  { what: 'merge queues', why: 'What a queue builds and in which order is GitHub’s to decide; merge without one.' },
  {
    what: 'rules that other services decide',
    why: 'Workflows, code scanning and licences are judged elsewhere; require a status check by name.',
  },
  { what: 'resolved conversations', why: 'Nothing here can resolve one, so that a rule about them cannot be judged.' },
  { what: 'rulesets about repositories', why: 'They say who may make, rename and delete them; a role does here.' },
  { what: 'rulesets by custom property', why: 'No repository here has values of custom properties; name it.' },
  {
    what: 'words of rules',
    why: 'Assumed: those of patterns, files and strict checks, which no source at hand shows.',
  },
  { what: 'secret scanning', why: 'Assumed: nothing in a push is taken for a secret.' },
  { what: 'rules of environments', why: 'Assumed: they are kept and shown; no deployment here waits for anybody.' },
  {
    what: 'notifications of what happens',
    why: 'Nobody is subscribed to anything here; a seed may hold some as `rows: { notifications }`.',
  },
  {
    what: 'workflow runs',
    why: 'Assumed: they start after 3 s and succeed after 22 s more, as recorded ones take about that, unless their workflow says otherwise.',
  },
  { what: 'the User-Agent header', why: 'Assumed: everybody sends one; GitHub refuses who does not.' },
]
