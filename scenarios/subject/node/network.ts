import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import tls from 'node:tls'
import { originOf } from '../wire.ts'
import { installNames } from './names.ts'
import { original } from './originals.ts'
import { realm, refuse, stepNow } from './realm.ts'
import { type Peer, VirtualSocket } from './socket.ts'

type Server = net.Server & { [PORT]?: number | undefined; [SOCKETS]?: Set<VirtualSocket>; [CLOSING]?: boolean }
const PORT = Symbol('virtual port')
const SOCKETS = Symbol('virtual sockets')
const CLOSING = Symbol('closing')

/** Sockets whose other end is the world, by the id both sides use. */
const worldly = new Map<string, VirtualSocket>()
/** Every socket alive, to end them all when the program starts again. */
const alive = new Set<VirtualSocket>()
const servers = new Map<number, Server>()
/** Made-up addresses for names that the program looks up itself. */
const addressOf = new Map<string, string>()
const nameOf = new Map<string, string>()
let connects = 0
let ports = 0

const FIRST_PORT = 40_000
const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host === '::' || host === '0.0.0.0' || host.startsWith('127.')

function worldPeer(id: string, socket: VirtualSocket): Peer {
  let ended = false
  return {
    write(chunk) {
      socket.step = stepNow()
      if (!realm.muted) realm.out.add('data', { id, step: socket.step }, chunk)
    },
    end() {
      ended = true
      if (!realm.muted) realm.out.add('fin', { id })
    },
    close(broken) {
      worldly.delete(id)
      alive.delete(socket)
      if (realm.muted) return
      if (broken) realm.out.add('reset', { id, code: 'ECONNRESET' })
      else if (!ended) realm.out.add('fin', { id })
    },
  }
}

/** Two sockets of one program, joined. Bytes arrive on a tick of their own, as they would from a wire. */
function join(client: VirtualSocket, server: VirtualSocket): { readonly toServer: Peer; readonly toClient: Peer } {
  const peer = (other: VirtualSocket, self: VirtualSocket): Peer => ({
    write: (chunk) => void process.nextTick(() => other.arrive(Buffer.from(chunk))),
    end: () => void process.nextTick(() => other.ended()),
    close(broken) {
      alive.delete(self)
      process.nextTick(() => (broken ? other.broken() : other.ended()))
    },
  })
  return { toServer: peer(server, client), toClient: peer(client, server) }
}

function accept(server: Server, socket: VirtualSocket): void {
  const sockets = server[SOCKETS] ?? new Set()
  server[SOCKETS] = sockets
  sockets.add(socket)
  socket.once('close', () => {
    sockets.delete(socket)
    finishClose(server)
  })
  Object.assign(socket, { server, _server: server })
  server.emit('connection', socket)
}

function finishClose(server: Server): void {
  if (server[CLOSING] !== true || (server[SOCKETS]?.size ?? 0) > 0) return
  server[CLOSING] = false
  process.nextTick(() => server.emit('close'))
}

type Target = {
  readonly host: string
  readonly port: number
  readonly tls: boolean
  readonly servername?: string | undefined
}

/** Starts connecting `socket`: to a server of the program itself, else to the world, which decides. */
function connect(socket: VirtualSocket, target: Target): void {
  const host = nameOf.get(target.host) ?? target.host
  socket.connecting = true
  socket.asked = host
  socket.step = stepNow()
  if (target.tls) Object.assign(socket, { encrypted: true, authorized: true, servername: target.servername ?? host })
  alive.add(socket)
  socket.addresses({
    remoteAddress: net.isIP(host) === 0 ? addressFor(host) : host,
    remotePort: target.port,
    localAddress: '127.0.0.1',
    localPort: FIRST_PORT + ++ports,
  })
  const own = isLoopback(host) ? servers.get(target.port) : undefined
  if (own !== undefined && !target.tls) {
    const far = new VirtualSocket({ allowHalfOpen: true })
    alive.add(far)
    far.addresses({
      remoteAddress: '127.0.0.1',
      remotePort: socket.localPort ?? 0,
      localAddress: '127.0.0.1',
      localPort: target.port,
    })
    const { toServer, toClient } = join(socket, far)
    process.nextTick(() => {
      far.peer = toClient
      accept(own, far)
      socket.established(toServer)
    })
    return
  }
  const id = `c${++connects}`
  worldly.set(id, socket)
  realm.steps.run(socket.step, () => {
    const { port, tls } = target
    const stands = realm.reach.has(originOf(host, port, tls))
    if (!realm.muted) realm.out.add('connect', { id, host, port, tls, step: socket.step, stands })
    if (stands) process.nextTick(established, id)
  })
  // Given up while still connecting: the world hears of it.
  socket.once('close', () => {
    if (!worldly.delete(id)) return
    alive.delete(socket)
    if (!realm.muted) realm.out.add('reset', { id, code: 'ECONNRESET' })
  })
}

type ConnectOptions = {
  readonly host?: string
  readonly port?: number | string
  readonly path?: string
  readonly servername?: string
  readonly timeout?: number
  readonly allowHalfOpen?: boolean
}

/** Node's many ways to call connect, as one. */
function parse(args: readonly unknown[]): {
  readonly options: ConnectOptions
  readonly onConnect: (() => void) | undefined
} {
  const flat = Array.isArray(args[0]) ? (args[0] as unknown[]) : args
  const onConnect = flat.find((arg): arg is () => void => typeof arg === 'function')
  const [first, second] = flat
  if (first !== null && typeof first === 'object') return { options: first as ConnectOptions, onConnect }
  if (typeof first === 'string' && Number.isNaN(Number(first))) return { options: { path: first }, onConnect }
  return { options: { port: Number(first), ...(typeof second === 'string' ? { host: second } : {}) }, onConnect }
}

function open(socket: VirtualSocket, args: readonly unknown[], secure: boolean): VirtualSocket {
  const { options, onConnect } = parse(args)
  if (options.path !== undefined && options.port === undefined)
    throw refuse(`the Unix socket ${options.path}`, 'Reach the dependency over TCP, where a twin can stand.')
  if (onConnect !== undefined) socket.once(secure ? 'secureConnect' : 'connect', onConnect)
  const host = options.host ?? (secure ? options.servername : undefined) ?? 'localhost'
  connect(socket, { host, port: Number(options.port), tls: secure, servername: options.servername })
  if (options.timeout !== undefined && options.timeout > 0) socket.setTimeout(options.timeout)
  return socket
}

function addressFor(host: string): string {
  const known = addressOf.get(host)
  if (known !== undefined) return known
  // 198.18.0.0/15 is set aside for tests of networks (RFC 2544).
  const address = isLoopback(host) ? '127.0.0.1' : `198.18.${addressOf.size >> 8}.${(addressOf.size & 255) + 1}`
  addressOf.set(host, address)
  if (!isLoopback(host)) nameOf.set(address, host)
  return address
}

// ---- what the world does ----

/** A client of the world connects to a server of the program; false when nobody listens. */
export function openFromWorld(id: string, port: number, step: string): boolean {
  const server = servers.get(port)
  if (server === undefined) return false
  const socket = new VirtualSocket({ allowHalfOpen: true })
  socket.step = step
  socket.addresses({
    remoteAddress: '127.0.0.1',
    remotePort: FIRST_PORT + ++ports,
    localAddress: '127.0.0.1',
    localPort: port,
  })
  worldly.set(id, socket)
  alive.add(socket)
  socket.peer = worldPeer(id, socket)
  realm.steps.run(step, () => accept(server, socket))
  return true
}

/** Runs `task` with the socket of an id, on account of whoever used it last. */
export function withSocket(id: string, task: (socket: VirtualSocket) => void): void {
  const socket = worldly.get(id)
  if (socket !== undefined) realm.steps.run(socket.step, () => task(socket))
}

export const established = (id: string): void => withSocket(id, (socket) => socket.established(worldPeer(id, socket)))

/** Ends every connection and server without a word to the world. */
export function closeAll(): void {
  for (const server of servers.values()) {
    server[PORT] = undefined
    for (const socket of server[SOCKETS] ?? []) socket.destroy()
  }
  closeConnections()
  servers.clear()
}

/** Ends every connection; servers stay. */
export function closeConnections(): void {
  for (const socket of [...alive]) socket.destroy()
}

export function resetNetwork(): void {
  worldly.clear()
  alive.clear()
  addressOf.clear()
  nameOf.clear()
  connects = 0
  ports = 0
}

// ---- what the program sees ----

/** Replaces sockets, servers and name look-ups by in-memory ones. */
export function installNetwork(): void {
  const listen = net.Server.prototype.listen
  net.Server.prototype.listen = function (this: Server, ...args: unknown[]) {
    const { options, onConnect: onListening } = parse(args.length === 0 ? [0] : args)
    if (options.path !== undefined) throw refuse(`listening on the Unix socket ${options.path}`, 'Listen on a port.')
    const wanted = Number(options.port ?? 0)
    const port = wanted > 0 ? wanted : FIRST_PORT - 1 - servers.size
    if (this[PORT] !== undefined)
      throw Object.assign(new Error('Listen method has been called more than once without closing.'), {
        code: 'ERR_SERVER_ALREADY_LISTEN',
      })
    if (onListening !== undefined) this.once('listening', onListening)
    if (servers.has(port)) {
      const inUse = Object.assign(new Error(`listen EADDRINUSE: address already in use :::${port}`), {
        code: 'EADDRINUSE',
        errno: -98,
        syscall: 'listen',
        port,
      })
      process.nextTick(() => this.emit('error', inUse))
      return this
    }
    this[PORT] = port
    servers.set(port, this)
    if (!realm.muted) realm.out.add('listen', { port })
    process.nextTick(() => {
      this.emit('listening')
      stopRealWatch(this)
    })
    return this
  } as typeof listen
  const close = net.Server.prototype.close
  net.Server.prototype.close = function (this: Server, done?: (error?: Error) => void) {
    if (this[PORT] === undefined && this[CLOSING] !== true) return close.call(this, done)
    if (done !== undefined) this.once('close', done)
    if (this[PORT] !== undefined) {
      servers.delete(this[PORT])
      if (!realm.muted) realm.out.add('unlisten', { port: this[PORT] })
      this[PORT] = undefined
    }
    this[CLOSING] = true
    finishClose(this)
    return this
  } as typeof close
  const address = net.Server.prototype.address
  net.Server.prototype.address = function (this: Server) {
    return this[PORT] === undefined ? address.call(this) : { address: '::', family: 'IPv6', port: this[PORT] }
  }
  Object.defineProperty(net.Server.prototype, 'listening', {
    configurable: true,
    get(this: Server) {
      return this[PORT] !== undefined
    },
  })
  net.Server.prototype.getConnections = function (this: Server, done: (error: Error | null, count: number) => void) {
    process.nextTick(done, null, this[SOCKETS]?.size ?? 0)
    return this
  }

  const RealSocket = net.Socket
  class FreeSocket extends VirtualSocket {
    connect(...args: unknown[]): this {
      open(this, args, false)
      return this
    }
  }
  const Socket: typeof net.Socket = new Proxy(RealSocket, {
    construct(target, args: unknown[], newTarget): object {
      const options = args[0] as { fd?: unknown; handle?: unknown; allowHalfOpen?: boolean } | undefined
      // Node's own streams on descriptors (stdin and the like) stay what they are.
      if (options?.fd !== undefined || options?.handle !== undefined || newTarget !== Socket)
        return Reflect.construct(target, args, newTarget === Socket ? target : newTarget)
      return new FreeSocket(options)
    },
    get(target, key, receiver) {
      if (key === Symbol.hasInstance)
        return (value: unknown) =>
          value instanceof VirtualSocket || Function.prototype[Symbol.hasInstance].call(target, value)
      return Reflect.get(target, key, receiver)
    },
  })
  const connectPlain = (...args: unknown[]): VirtualSocket => open(new FreeSocket(parse(args).options), args, false)
  const connectSecure = (...args: unknown[]): VirtualSocket => {
    const { options } = parse(args)
    const over = (options as { socket?: VirtualSocket }).socket
    // TLS over a socket that is connected already: the same pipe, now called encrypted.
    if (over instanceof VirtualSocket) {
      Object.assign(over, { encrypted: true, authorized: true, servername: options.servername })
      process.nextTick(() => over.emit('secureConnect'))
      return over
    }
    return open(new FreeSocket(options), args, true)
  }
  Object.assign(net, { Socket, Stream: Socket, connect: connectPlain, createConnection: connectPlain })
  Object.assign(tls, { connect: connectSecure })
  Object.assign(http.Agent.prototype, { createConnection: connectPlain })
  Object.assign(https.Agent.prototype, { createConnection: connectSecure })

  installNames(addressFor)
  installDateHeader()
}

/** http.Server checks its connections on a real interval of Node's own; ours need no such watch. */
function stopRealWatch(server: object): void {
  for (const key of Object.getOwnPropertySymbols(server)) {
    if (key.description !== 'http.server.connectionsCheckingInterval') continue
    original.clearInterval((server as Record<symbol, NodeJS.Timeout>)[key])
  }
}

/** Node writes the `Date` header of its answers from a clock of its own, out of reach of a patched `Date`. */
function installDateHeader(): void {
  type Storing = {
    sendDate: boolean
    hasHeader(name: string): boolean
    _storeHeader(firstLine: string, headers: unknown): void
  }
  const prototype = http.OutgoingMessage.prototype as unknown as Storing
  const store = prototype._storeHeader
  prototype._storeHeader = function (firstLine, headers) {
    if (!this.sendDate) return store.call(this, firstLine, headers)
    this.sendDate = false
    const names = Array.isArray(headers)
      ? headers.map((entry) => (Array.isArray(entry) ? entry[0] : entry))
      : Object.keys(headers ?? {})
    const given =
      this.hasHeader('date') || names.some((name) => typeof name === 'string' && name.toLowerCase() === 'date')
    return store.call(
      this,
      given ? firstLine : `${firstLine}Date: ${new original.Date(realm.nowMs).toUTCString()}\r\n`,
      headers,
    )
  }
}
