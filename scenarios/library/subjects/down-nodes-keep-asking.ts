import { call, either, serve, wait } from './serve.ts'

const pauseMs = either({ bug: () => 0, fix: (n: number) => 2000 * 2 ** n })

/** Asks every ten seconds while all is well; an answer that takes more than a second is none. */
async function belong(node: string): Promise<void> {
  for (let failed = 0; ; ) {
    const { status } = await call(`PUT http://locks.library.test/members/${node}`, { timeoutMs: 1000 })
    failed = status === 200 ? 0 : failed + 1
    await wait(status === 200 ? 10_000 : pauseMs(failed))
  }
}

serve({})
for (const node of ['n1', 'n2', 'n3']) void belong(node)
