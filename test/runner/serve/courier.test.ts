import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { createCourier } from '../../../runner/serve/courier.ts'
import type { Delivery, DeliveryOutcome } from '../../../twins/world.ts'

test.each([
  [undefined, 'POST', 'hello'],
  ['GET', 'GET', ''],
] as const)('a delivery whose method is %s goes out as %s', async (method, wanted, heard) => {
  const server = createServer(async (incoming, outgoing) => {
    const parts: Buffer[] = []
    for await (const part of incoming) parts.push(part as Buffer)
    outgoing.end(JSON.stringify([incoming.method, Buffer.concat(parts).toString()]))
  })
  await new Promise<void>((resolve) => server.listen(0, resolve))
  const { port } = server.address() as AddressInfo
  const delivery: Delivery = {
    twin: 'okta',
    id: '1',
    fields: {},
    ...(method === undefined ? {} : { method }),
    url: `http://localhost:${port}/`,
    headers: [],
    body: 'hello',
    timeoutMs: 120_000,
  }
  const outcome = await new Promise<DeliveryOutcome>((resolve) =>
    createCourier((task) => void task())(delivery, resolve),
  )
  server.close()
  expect(outcome).toEqual({ kind: 'answer', status: 200, body: JSON.stringify([wanted, heard]) })
})
