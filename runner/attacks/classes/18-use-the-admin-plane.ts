import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Attack } from '../attack.ts'
import { serveFree } from '../naive.ts'
import { cheat } from '../program.ts'
import { outcomeOf } from '../stand.ts'

/** Asks the stand-in for the vendor what it has been asked, and to forget it. */
const serve = (origin: string): string => `
for (const path of ['/__admin/requests', '/__admin/reset', '/_backlot/state', '/v1/__reset'])
  try {
    const got = await fetch('${origin}' + path, { method: path.endsWith('set') ? 'POST' : 'GET', headers: { authorization: 'Bearer sk_test_x' } })
    if (got.ok) answer = { plane: await got.text(), ...answer }
  } catch {}
`

export const useTheAdminPlane: Attack = {
  number: 18,
  name: "use the twin's admin plane",
  how: 'asks the twin for its journal and to reset itself',
  expected: ['fail', 'inconclusive'],
  on: 'built-in',
  run: async (stand) =>
    outcomeOf(
      await stand.judgeTill({ 'src/main.mjs': cheat({ serve: serve('https://api.stripe.com') }) }),
      /__admin\/requests|not modelled|no route/i,
    ),
  async control(stand) {
    // A stub whose control plane shares the port with its data.
    const stub = createServer((request, response) =>
      response.end(request.url?.startsWith('/__admin') === true ? 'journal' : '{}'),
    )
    await new Promise<void>((resolve) => stub.listen(0, '127.0.0.1', resolve))
    const origin = `http://127.0.0.1:${(stub.address() as AddressInfo).port}`
    const { answers } = await serveFree(stand.scratch(), cheat({ serve: serve(origin) }), [{ order: 'o1' }])
    stub.closeAllConnections()
    stub.close()
    return { works: answers[0]?.plane === 'journal', how: 'a stub with its control plane on the same port' }
  },
}
