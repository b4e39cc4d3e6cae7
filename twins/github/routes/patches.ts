import type { Reply } from '../ask.ts'
import type { Change } from '../git/diff.ts'
import { personOf } from '../git/objects.ts'
import { type Row, text } from '../store.ts'

/** What changed, as `git diff` prints it. */
const diff = (changes: readonly Change[]): string =>
  changes
    .map(({ path, from = path, status, before, after, patch }) => {
      const mode =
        status === 'added'
          ? `new file mode ${after?.mode}\n`
          : status === 'removed'
            ? `deleted file mode ${before?.mode}\n`
            : ''
      const moved = status === 'renamed' ? `similarity index 100%\nrename from ${from}\nrename to ${path}\n` : ''
      const short = (sha: string | undefined): string => (sha ?? '0'.repeat(40)).slice(0, 7)
      const same = status === 'modified' && before?.mode === after?.mode ? ` ${after?.mode}` : ''
      const index = status === 'renamed' ? '' : `index ${short(before?.sha)}..${short(after?.sha)}${same}\n`
      const files =
        patch === undefined
          ? ''
          : `--- ${status === 'added' ? '/dev/null' : `a/${from}`}\n+++ ${status === 'removed' ? '/dev/null' : `b/${path}`}\n${patch}\n`
      return `diff --git a/${from} b/${path}\n${mode}${moved}${index}${files}`
    })
    .join('')

export const diffText = (changes: readonly Change[]): Reply => ({
  status: 200,
  bytes: diff(changes),
  headers: { 'Content-Type': 'application/vnd.github.diff; charset=utf-8' },
})

/** Commits as `git format-patch` prints them. */
export function patchText(commits: readonly { readonly commit: Row; readonly changes: readonly Change[] }[]): Reply {
  const parts = commits.map(({ commit, changes }, at) => {
    const { name, email, date } = personOf(commit, 'author')
    const [subject = '', ...rest] = text(commit.message).split('\n')
    const nth = commits.length === 1 ? '' : ` ${at + 1}/${commits.length}`
    const head = `From ${text(commit.sha)} Mon Sep 17 00:00:00 2001\nFrom: ${name} <${email}>\nDate: ${new Date(date).toUTCString().replace('GMT', '+0000')}\nSubject: [PATCH${nth}] ${subject}\n${rest.join('\n')}`
    const stat = changes.map((one) => ` ${one.path} | ${one.additions + one.deletions}`).join('\n')
    return `${head}\n---\n${stat}\n\n${diff(changes)}`
  })
  return {
    status: 200,
    bytes: parts.join('\n'),
    headers: { 'Content-Type': 'application/vnd.github.patch; charset=utf-8' },
  }
}
