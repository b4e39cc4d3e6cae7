import { call, either, serve, wait } from './serve.ts'

/** How long a region's process stays down before it is started again for the nth time. */
const downMs = either({ bug: () => 100, fix: (n: number) => 1000 * 2 ** n * (0.5 + Math.random()) })

async function check(): Promise<void> {
  const { entries } = (await call('GET http://config.library.test/current')).body
  for (const { quota } of entries as { quota: string }[]) if (quota.length === 0) throw new Error('no quota')
}

async function region(): Promise<void> {
  for (let n = 0; ; n++) {
    try {
      await call('GET http://database.library.test/tables/policies/rows/p1')
      for (;;) {
        await check()
        await wait(1000)
      }
    } catch {
      await wait(downMs(n))
    }
  }
}

serve({})
for (let at = 0; at < 4; at++) void region()
