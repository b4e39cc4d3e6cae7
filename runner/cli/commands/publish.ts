import type { Command } from 'commander'

export function addPublish(program: Command): void {
  program
    .command('publish')
    .description(
      'tell GitHub or GitLab a verdict, from a trusted job: exit 0 told, 3 told that it is not to be believed',
    )
    .option('--verdict <file>', 'what the gate wrote', 'verdict.json')
    .option(
      '--workflow <path>',
      'the file that may make verdicts (default: .github/workflows/backlot.yml, .gitlab-ci.yml)',
    )
    .option('--check <name>', 'name of the check or status', 'backlot')
    .option('--author <login>', 'whose comment is replaced on GitHub', 'github-actions[bot]')
    .option('--dry-run', 'print what would be sent, and send nothing')
    .action(async (options: Record<string, unknown>) => {
      const { runPublish } = await import('../publish.ts')
      await runPublish(options)
    })
}
