import type { Command } from 'commander'
import type { Seen } from '../report/report-data.ts'
import type { GateVerdict } from '../report/verdict.ts'
import { writeWhole } from '../store/artefact.ts'
import { backlotVersion } from '../version.ts'

type Options = Readonly<Record<string, unknown>>
type Writer = {
  readonly flag: string
  readonly what: string
  readonly print: (verdict: GateVerdict, seen: Seen | undefined) => Promise<string>
}

/** Every file a verdict can be written to. Each is loaded only when it is asked for. */
const WRITERS: Readonly<Record<string, Writer>> = {
  verdict: {
    flag: '--verdict <file>',
    what: 'write the verdict as JSON, for `backlot publish`',
    print: async (verdict) => `${JSON.stringify(verdict, null, 2)}\n`,
  },
  html: {
    flag: '--html <file>',
    what: 'write one HTML file: findings with timelines, costs, what was run and what was not',
    print: async (verdict, seen) => {
      const [{ printHtml }, { reportData }] = await Promise.all([
        import('../report/html/page.ts'),
        import('../report/report-data.ts'),
      ])
      return printHtml(verdict, seen === undefined ? undefined : reportData(verdict, seen), backlotVersion())
    },
  },
  markdown: {
    flag: '--markdown <file>',
    what: 'write a Markdown summary',
    print: async (verdict) => (await import('../report/markdown.ts')).printMarkdown(verdict),
  },
  junit: {
    flag: '--junit <file>',
    what: 'write JUnit XML',
    print: async (verdict) => (await import('../report/junit.ts')).printJUnit(verdict),
  },
  sarif: {
    flag: '--sarif <file>',
    what: 'write SARIF 2.1.0, for code scanning',
    print: async (verdict) => (await import('../report/sarif.ts')).printSarif(verdict, backlotVersion()),
  },
  codeQuality: {
    flag: '--code-quality <file>',
    what: 'write a GitLab code quality report',
    print: async (verdict) => (await import('../report/code-quality.ts')).printCodeQuality(verdict),
  },
}

/** Declares the options that `writeReports` reads. */
export function addReports(command: Command): Command {
  for (const { flag, what } of Object.values(WRITERS)) command.option(flag, what)
  return command.option('--annotations', 'also print the findings as annotations of GitHub Actions')
}

/** The files that `writeReports` will write. */
export const reportFiles = (options: Options): readonly string[] =>
  Object.keys(WRITERS).flatMap((name) => (typeof options[name] === 'string' ? [options[name]] : []))

/** Writes what was asked for. `seen` is what the gate saw, where anything was run. */
export async function writeReports(verdict: GateVerdict, seen: Seen | undefined, options: Options): Promise<void> {
  for (const [name, { print }] of Object.entries(WRITERS)) {
    const file = options[name]
    if (typeof file === 'string') writeWhole(file, await print(verdict, seen))
  }
}
