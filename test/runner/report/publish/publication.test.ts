import { expect, test } from 'vitest'
import { publicationOf, readVerdict } from '../../../../runner/report/publish/publication.ts'
import { check, finding, forAPerson, HOSTILE, passed, unsure, verdictOver } from '../sample.ts'

test.each([
  ['pass', [passed('a')], 'success', 'success'],
  ['fail', [check(), unsure], 'failure', 'failed'],
  ['needs-human', [passed('a'), forAPerson], 'action_required', 'failed'],
  ['inconclusive', [unsure], 'failure', 'failed'],
] as const)('%s is never told as neutral', (status, checks, conclusion, state) => {
  expect(publicationOf(verdictOver(checks), [])).toMatchObject({ status, conclusion, state })
})

test('with a doubt it is a person’s turn, whatever the verdict claims', () => {
  const told = publicationOf(verdictOver([passed('a')]), [{ what: 'Another workflow made it.', wayOut: 'Name it.' }])
  expect(told).toMatchObject({ conclusion: 'action_required', state: 'failed', annotations: [] })
  expect(told.summary).toContain('- Another workflow made it. Name it.')
  expect(told.summary).toContain('It claims: pass.')
})

test('the caps of the host hold, and what is cut is told', () => {
  const many = verdictOver(Array.from({ length: 300 }, (_, at) => check({ id: `R-${at}`, why: 'x'.repeat(400) })))
  const told = publicationOf(many, [])
  expect(told.annotations).toHaveLength(50)
  expect(told.summary).toContain('250 more places are not annotated')
  expect(told.summary.length).toBeLessThan(65_535)
  expect(told.comment.length).toBeLessThan(65_536)
  const huge = publicationOf(verdictOver([passed('a')], { project: 'x'.repeat(70_000) }), [])
  expect(huge.comment.length).toBeLessThan(65_536)
  expect(huge.summary).toContain('too long to be shown')
})

test('a comment begins with its marker, which no project name can break out of', () => {
  expect(publicationOf(verdictOver([passed('a')], { project: '--><img src=x>' }), []).comment).toMatch(
    /^<!-- backlot verdict --__img_src_x_ -->\n## Backlot/,
  )
})

test('a verdict is read with its texts made safe to show', () => {
  const evil = verdictOver([check({ findings: [finding({ message: `${HOSTILE}\u202e\u001b[2J` })] })])
  const message = readVerdict(JSON.stringify(evil)).checks[0]?.findings[0]?.message
  expect(message).toContain('\\u{202e}\\u{1b}[2J')
})

const good = verdictOver([passed('a')])
test.each<[string, string, string]>([
  ['no JSON', 'nope', 'expected a verdict, got no JSON'],
  ['something else', '{}', 'expected a verdict as "backlot schema verdict" says'],
  ['more than a verdict', JSON.stringify({ ...good, extra: 1 }), 'expected a verdict as'],
  ['an unknown status', JSON.stringify({ ...good, status: 'neutral' }), 'got status'],
  ['a part', JSON.stringify({ schema: 'backlot.part/v1' }), 'Judge all parts first'],
  ['the verdict of a part', JSON.stringify({ ...good, shard: { index: 1, of: 2 } }), 'Merge the parts first'],
  ['too much', ' '.repeat(5_000_000), 'at most 4194304 bytes'],
])('%s is no verdict to publish', (_, text, message) => expect(() => readVerdict(text)).toThrow(message))

test('a status that its own checks do not support is no verdict to publish', () => {
  expect(() => readVerdict(JSON.stringify({ ...verdictOver([check()]), status: 'pass' }))).toThrow(
    'expected the status that its checks give (fail), got pass',
  )
})
