import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer as createPort, type Server as Port, type Socket } from 'node:net'
import type { Authority } from './certificates.ts'

/** The first byte of a TLS handshake. */
const HANDSHAKE = 0x16

type Listener = (request: IncomingMessage, response: ServerResponse) => void

/** Something that listens. */
export type Open = { readonly port: number; readonly close: () => Promise<void> }

/** Listens for HTTP and, with an authority, for HTTPS on the same port; also as a proxy, for clients that cannot be told another host. */
export function openFront(
  listener: Listener,
  port: number,
  host: string,
  authority: Authority | undefined,
): Promise<Open> {
  const plain = createServer(listener)
  const sockets = new Set<Socket>()
  const secure =
    authority === undefined
      ? undefined
      : createTlsServer(
          {
            // For clients that name no host, as those that reach an address do.
            ...authority.localhost,
            SNICallback: (name, done) => {
              authority.contextFor(name).then(
                (context) => done(null, context),
                (error: Error) => done(error),
              )
            },
          },
          listener,
        )
  const sniff = (socket: Socket): void => {
    socket.once('readable', () => {
      const first: Buffer | null = socket.read()
      if (first === null) return
      socket.unshift(first)
      if (first[0] === HANDSHAKE) {
        if (secure === undefined) socket.destroy()
        else secure.emit('connection', socket)
      } else plain.emit('connection', socket)
    })
  }
  // A tunnel leads nowhere but here: whatever host it names, a twin answers or nobody does.
  for (const server of [plain, secure]) {
    server?.on('connect', (_request: IncomingMessage, socket: Socket) => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      sniff(socket)
    })
  }
  const server = createPort((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    sniff(socket)
  })
  return listen(server, port, host, sockets)
}

/** Listens for the admin plane, on this machine only. */
export function openAdmin(listener: Listener, port: number): Promise<Open> {
  const server: Server = createServer(listener)
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  return listen(server, port, '127.0.0.1', sockets)
}

function listen(server: Port, port: number, host: string, sockets: ReadonlySet<Socket>): Promise<Open> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      const { port: bound } = server.address() as AddressInfo
      resolve({
        port: bound,
        close: () =>
          new Promise((done) => {
            server.close(() => done())
            for (const socket of sockets) socket.destroy()
          }),
      })
    })
  })
}
