import { FALLBACK, fingerprint, type Notice, noticesOf } from './notices.ts'
import type { GateVerdict } from './verdict.ts'

const SEVERITY: Readonly<Record<Notice['status'], string>> = {
  fail: 'critical',
  'needs-human': 'major',
  inconclusive: 'minor',
}

/** The verdict as a GitLab code quality report: https://docs.gitlab.com/ci/testing/code_quality/ (2026-11-26). One entry a check and scenario: GitLab keeps one of each fingerprint. */
export function printCodeQuality(verdict: GateVerdict): string {
  const entries = new Map<string, object>()
  for (const notice of noticesOf(verdict)) {
    const key = fingerprint(notice)
    if (entries.has(key)) continue
    const { path, line } = notice.place ?? FALLBACK
    entries.set(key, {
      description: notice.message,
      check_name: notice.check,
      fingerprint: key,
      severity: SEVERITY[notice.status],
      location: { path, lines: { begin: line } },
    })
  }
  return `${JSON.stringify([...entries.values()], null, 2)}\n`
}
