import { printable } from '../../gate/intake.ts'
import { printMarkdown } from '../markdown.ts'
import { noticesOf } from '../notices.ts'
import { type GateVerdict, type Status, statusOf, verdictSchema } from '../verdict.ts'

/** What a host is told. Made from a verdict alone, so that it can be looked at before anything is sent. */
export type Publication = {
  readonly schema: 'backlot.publication/v1'
  readonly status: Status
  /** GitHub's word for it. Never `neutral` or `skipped`: a required check counts both as passed. */
  readonly conclusion: 'success' | 'failure' | 'action_required'
  /** GitLab's word for it; it has none for a person's turn. */
  readonly state: 'success' | 'failed'
  readonly title: string
  readonly summary: string
  /** By its first line the next publication finds the comment and replaces it. */
  readonly comment: string
  readonly annotations: readonly Annotation[]
}
export type Annotation = {
  readonly path: string
  readonly start_line: number
  readonly end_line: number
  readonly annotation_level: 'failure' | 'warning'
  readonly title: string
  readonly message: string
}

/** Why a verdict is not to be believed: what made it, or what it speaks of, is not what it should be. */
export type Doubt = { readonly what: string; readonly wayOut: string }

const CONCLUSION: Readonly<Record<Status, Publication['conclusion']>> = {
  pass: 'success',
  fail: 'failure',
  'needs-human': 'action_required',
  inconclusive: 'failure',
}
const TITLE: Readonly<Record<Status, string>> = {
  pass: 'pass',
  fail: 'fail',
  'needs-human': 'a person has to decide',
  inconclusive: 'inconclusive: run it again, or mend what made it so',
}
/** GitHub takes 50 annotations in one request and 65 535 characters of text: https://docs.github.com/en/rest/checks/runs (2026-11-26). */
const ANNOTATIONS_MAX = 50
const TEXT_MAX = 60_000
const HARD_MAX = 65_000
const VERDICT_BYTES_MAX = 4 * 1024 * 1024

/** A verdict out of a file that anybody may have written: of bounded size, of exactly our shape, and without characters that play tricks. */
export function readVerdict(text: string): GateVerdict {
  if (text.length > VERDICT_BYTES_MAX)
    throw new Error(`expected a verdict of at most ${VERDICT_BYTES_MAX} bytes, got ${text.length}`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new Error(
      `expected a verdict, got no JSON: ${printable(error instanceof Error ? error.message : String(error))}`,
    )
  }
  if (value !== null && typeof value === 'object' && 'schema' in value && value.schema === 'backlot.part/v1')
    throw new Error(
      'expected a verdict, got a part of one. Judge all parts first: npx backlot merge FILE... --verdict FILE',
    )
  const result = verdictSchema.safeParse(value)
  if (!result.success) {
    const [issue] = result.error.issues
    throw new Error(
      `expected a verdict as "backlot schema verdict" says, got ${printable(issue?.path.join('.') ?? '')}: ${printable(issue?.message ?? '')}`,
    )
  }
  if (result.data.shard !== null)
    throw new Error('expected a verdict on the whole, got one of a part. Merge the parts first.')
  const due = statusOf(result.data.checks)
  if (result.data.status !== due)
    throw new Error(`expected the status that its checks give (${due}), got ${result.data.status}`)
  return cleaned(result.data) as GateVerdict
}

const cleaned = (value: unknown): unknown => {
  if (typeof value === 'string')
    return value
      .split('\n')
      .map((line) => printable(line, 2000))
      .join('\n')
  if (Array.isArray(value)) return value.map(cleaned)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, cleaned(inner)]))
}

/** The first line of our comment on a project. */
export const markerOf = (project: string): string =>
  `<!-- backlot verdict ${project.replace(/[^A-Za-z0-9._-]/g, '_').slice(0, 80)} -->`

/** What to say of a verdict; with doubts it is a person's turn, whatever the verdict claims. */
export function publicationOf(verdict: GateVerdict, doubts: readonly Doubt[]): Publication {
  const trusted = doubts.length === 0
  const status = trusted ? verdict.status : 'needs-human'
  const text = trusted ? printMarkdown(verdict, TEXT_MAX) : doubted(verdict, doubts)
  const summary =
    text.length <= HARD_MAX
      ? text
      : `## Backlot: ${TITLE[status]}\n\nThe verdict is too long to be shown here. It stands in the job's artifacts.\n`
  const notices = trusted ? noticesOf(verdict) : []
  const placed = notices.flatMap((notice): readonly Annotation[] =>
    notice.place === null
      ? []
      : [
          {
            path: notice.place.path,
            start_line: notice.place.line,
            end_line: notice.place.line,
            annotation_level: notice.status === 'inconclusive' ? 'warning' : 'failure',
            title: `${notice.status}: ${notice.check}`.slice(0, 250),
            message: notice.message.slice(0, 4000),
          },
        ],
  )
  const cut = placed.length - ANNOTATIONS_MAX
  const told = cut > 0 ? `\n${cut} more places are not annotated: GitHub takes ${ANNOTATIONS_MAX} at once.\n` : ''
  return {
    schema: 'backlot.publication/v1',
    status,
    conclusion: CONCLUSION[status],
    state: status === 'pass' ? 'success' : 'failed',
    title: trusted ? TITLE[status] : 'this verdict is not to be believed as it stands',
    summary: `${summary}${told}`,
    comment: `${markerOf(verdict.project)}\n${summary}`,
    annotations: placed.slice(0, ANNOTATIONS_MAX),
  }
}

const doubted = (verdict: GateVerdict, doubts: readonly Doubt[]): string =>
  [
    '## Backlot: ✋ a person has to decide',
    '',
    'A verdict was handed in, and it is not to be believed as it stands:',
    '',
    ...doubts.map(({ what, wayOut }) => `- ${what} ${wayOut}`),
    '',
    `It claims: ${verdict.status}.`,
    '',
  ].join('\n')
