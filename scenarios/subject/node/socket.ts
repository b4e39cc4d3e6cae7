import { Duplex } from 'node:stream'
import { startTimer, type VirtualTimer } from './clock.ts'

/** The other end of a virtual socket: the world, or another socket of the same program. */
export interface Peer {
  write(chunk: Uint8Array): void
  end(): void
  /** The socket is gone; `broken` unless both sides had ended. */
  close(broken: boolean): void
}

export type Addresses = {
  readonly remoteAddress: string
  readonly remotePort: number
  readonly localAddress: string
  readonly localPort: number
}

const errorOf = (code: string, syscall: string, extra: object = {}): Error =>
  Object.assign(new Error(`${syscall} ${code}`), {
    code,
    errno: code === 'ECONNRESET' ? -104 : -111,
    syscall,
    ...extra,
  })

/** Looks like a connected or connecting `net.Socket`, TLS ones included, and moves bytes in memory. */
export class VirtualSocket extends Duplex {
  connecting = false
  encrypted: true | undefined
  authorized: true | undefined
  alpnProtocol: string | false = false
  servername: string | undefined
  /** The host that the program named. */
  asked = ''
  remoteAddress: string | undefined
  remotePort: number | undefined
  readonly remoteFamily = 'IPv4'
  localAddress: string | undefined
  localPort: number | undefined
  readonly localFamily = 'IPv4'
  bytesRead = 0
  bytesWritten = 0
  timeout: number | undefined
  readonly autoSelectFamilyAttemptedAddresses: readonly string[] = []
  /** The step on whose account it was last written to, or opened. */
  step = 'boot'
  peer: Peer | undefined
  #timer: VirtualTimer | undefined
  #held: (() => void)[] = []

  constructor(options: { readonly allowHalfOpen?: boolean | undefined } = {}) {
    super({ allowHalfOpen: options.allowHalfOpen ?? false, emitClose: true, autoDestroy: true, decodeStrings: true })
  }

  get pending(): boolean {
    return this.peer === undefined
  }
  get readyState(): string {
    if (this.connecting) return 'opening'
    if (this.readable && this.writable) return 'open'
    return this.readable ? 'readOnly' : this.writable ? 'writeOnly' : 'closed'
  }
  get bufferSize(): number {
    return this.writableLength
  }

  addresses(addresses: Addresses): void {
    Object.assign(this, addresses)
  }

  /** The connection stands: whatever was written meanwhile goes out. */
  established(peer: Peer): void {
    this.connecting = false
    this.peer = peer
    this.emit('connect')
    this.emit('ready')
    if (this.encrypted) this.emit('secureConnect')
    const held = this.#held
    this.#held = []
    for (const task of held) task()
  }

  refused(code: string, host: string, port: number): void {
    this.connecting = false
    const what =
      code === 'ENOTFOUND'
        ? errorOf(code, 'getaddrinfo', { hostname: host })
        : errorOf(code, 'connect', { address: host, port })
    what.message = code === 'ENOTFOUND' ? `getaddrinfo ENOTFOUND ${host}` : `connect ${code} ${host}:${port}`
    this.destroy(what)
  }

  arrive(bytes: Uint8Array): void {
    if (this.destroyed || this.readableEnded) return
    this.bytesRead += bytes.length
    this.#touch()
    this.push(bytes)
  }
  /** The peer has ended its side. */
  ended(): void {
    if (!this.destroyed && !this.readableEnded) this.push(null)
  }
  /** The peer broke the connection. */
  broken(code = 'ECONNRESET'): void {
    if (!this.destroyed) this.destroy(errorOf(code, 'read'))
  }

  override _read(): void {}
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.peer === undefined) {
      this.#held.push(() => this._write(chunk, _encoding, done))
      return
    }
    this.bytesWritten += chunk.length
    this.#touch()
    this.peer.write(chunk)
    done()
  }
  override _final(done: (error?: Error | null) => void): void {
    if (this.peer === undefined && this.connecting) {
      this.#held.push(() => this._final(done))
      return
    }
    this.peer?.end()
    done()
  }
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#timer?.close()
    this.connecting = false
    this.#held = []
    this.peer?.close(error !== null || !this.readableEnded || !this.writableFinished)
    this.peer = undefined
    done(error)
  }

  #touch(): void {
    this.#timer?.refresh()
  }
  setTimeout(delayMs: number, onTimeout?: () => void): this {
    this.timeout = delayMs
    this.#timer?.close()
    this.#timer = undefined
    if (onTimeout !== undefined) {
      if (delayMs === 0) this.removeListener('timeout', onTimeout)
      else this.once('timeout', onTimeout)
    }
    if (delayMs > 0) this.#timer = startTimer(() => this.emit('timeout'), delayMs).unref()
    return this
  }
  setNoDelay(): this {
    return this
  }
  setKeepAlive(): this {
    return this
  }
  ref(): this {
    return this
  }
  unref(): this {
    return this
  }
  address(): object {
    return { address: this.localAddress, port: this.localPort, family: 'IPv4' }
  }
  destroySoon(): void {
    if (this.writable) this.end()
    if (this.writableFinished) this.destroy()
    else this.once('finish', () => this.destroy())
  }
  resetAndDestroy(): this {
    this.destroy(errorOf('ERR_SOCKET_CLOSED', 'reset'))
    return this
  }
  // What TLS sockets are asked. There is no handshake: the twin at the other end is trusted by construction.
  getPeerCertificate(): object {
    return {
      subject: { CN: this.servername ?? '' },
      issuer: { CN: 'Backlot' },
      subjectaltname: `DNS:${this.servername ?? ''}`,
    }
  }
  getCipher(): object {
    return { name: 'TLS_AES_256_GCM_SHA384', standardName: 'TLS_AES_256_GCM_SHA384', version: 'TLSv1.3' }
  }
  getProtocol(): string {
    return 'TLSv1.3'
  }
  getSession(): undefined {
    return undefined
  }
  isSessionReused(): boolean {
    return false
  }
  setServername(): void {}
  disableRenegotiation(): void {}
}
