import { defineConfig, type ViteUserConfig } from 'vitest/config'

const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/fixtures/**', 'node_modules/**'],
    pool: 'forks',
    setupFiles: ['test/support/driven.ts', 'test/support/shapes.ts'],
    // Most of the long tests wait for programs of their own.
    maxWorkers: 2,
    // Nothing is judged by the time it takes; a busy machine is no failure.
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
})

export default config
