import { defineConfig, type ViteUserConfig } from 'vitest/config'

/** Tests of whole commands: programs of the machine, its sandbox, its signals. What hits one of them once is listed by the check. */
const COMMANDS = ['test/e2e/**/*.test.ts', 'test/runner/**/*.test.ts']
const exclude = ['test/fixtures/**', 'node_modules/**']

const config: ViteUserConfig = defineConfig({
  test: {
    pool: 'forks',
    setupFiles: ['test/support/driven.ts', 'test/support/shapes.ts'],
    // Most of the long tests wait for programs of their own.
    maxWorkers: 2,
    // Nothing is judged by the time it takes; a busy machine is no failure.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    projects: [
      { extends: true, test: { name: 'commands', include: COMMANDS, exclude, retry: 1 } },
      // Everything else has nothing of the machine in it: what fails once has failed.
      { extends: true, test: { name: 'parts', include: ['test/**/*.test.ts'], exclude: [...exclude, ...COMMANDS] } },
    ],
  },
})

export default config
