import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createHookClient } from '../../../runner/hook/client.ts'
import { REAL } from '../../../runner/hook/real.ts'
import { changeRequest, going, ROOMY, resultFor } from './support.ts'

const folder = mkdtempSync(join(tmpdir(), 'backlot-hook-tls-'))
const request = changeRequest()
let asked = 0
const open: Server[] = []
const listen = async (server: Server): Promise<number> => {
  open.push(server)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return (server.address() as AddressInfo).port
}
beforeAll(() => {
  const { status, stderr } = spawnSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      'key.pem',
      '-out',
      'cert.pem',
      '-subj',
      '/CN=agent.example',
    ],
    { cwd: folder, encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(stderr)
})
afterAll(() => {
  for (const server of open) server.close()
  rmSync(folder, { recursive: true, force: true })
})

test('a certificate nobody vouches for is refused, and the question is not sent', async () => {
  const server = createServer(
    { key: readFileSync(join(folder, 'key.pem')), cert: readFileSync(join(folder, 'cert.pem')) },
    (_, response) => {
      asked += 1
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(resultFor(request)))
    },
  )
  const url = `https://127.0.0.1:${await listen(server)}/`
  const outcome = await createHookClient({ url }, REAL, { limits: ROOMY }).change(request, going())
  expect(outcome).toMatchObject({ kind: 'failed', code: 'bad-certificate', retryable: false })
  expect(asked).toBe(0)
})

test('a server that does not speak TLS where it should is no agent', async () => {
  const port = await listen(createHttpServer((_, response) => response.end('{}')))
  const outcome = await createHookClient({ url: `https://127.0.0.1:${port}/` }, REAL, { limits: ROOMY }).change(
    request,
    going(),
  )
  expect(outcome).toMatchObject({ kind: 'failed', code: 'unreachable' })
})
