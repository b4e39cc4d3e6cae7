// The X.509 library is built on it.
import 'reflect-metadata'
import { createHash, X509Certificate as NodeCertificate, webcrypto } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createSecureContext, type SecureContext } from 'node:tls'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type JsonGeneralName,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'
import { authorityFiles } from './authority-files.ts'

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const DAY_MS = 24 * 3_600_000
const NAME = 'CN=Backlot local CA, O=Backlot'

/** A certificate authority for this machine alone: it signs for whatever host a client believes to reach. */
export interface Authority {
  /** What clients have to trust. */
  readonly file: string
  /** A certificate for `host`, made when it is first asked for. */
  contextFor(host: string): Promise<SecureContext>
  /** The one for clients that name no host. */
  readonly localhost: KeyPair
}

/** A key and its chain, in PEM. */
type KeyPair = { readonly key: string; readonly cert: string }

const toPem = async (key: webcrypto.CryptoKey): Promise<string> =>
  PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')

const makeKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])

/** The authority in `folder`; made there when there is none, or when it has `nowMs` outlived itself. */
export async function openAuthority(folder: string, nowMs: number): Promise<Authority> {
  const files = authorityFiles(folder)
  if (!isValid(files.certificate, nowMs)) await makeAuthority(folder, nowMs)
  const certificate = new X509Certificate(readFileSync(files.certificate, 'utf8'))
  const [encoded] = PemConverter.decode(readFileSync(files.key, 'utf8'))
  const key = await webcrypto.subtle.importKey('pkcs8', encoded ?? new ArrayBuffer(0), ALGORITHM, false, ['sign'])
  const contexts = new Map<string, Promise<SecureContext>>()
  const signer = { certificate, key }
  return {
    file: files.certificate,
    localhost: await makeLeaf('localhost', signer, nowMs),
    contextFor(host) {
      const known = contexts.get(host)
      if (known !== undefined) return known
      const made = makeLeaf(host, signer, nowMs).then((pair) => createSecureContext(pair))
      contexts.set(host, made)
      return made
    },
  }
}

function isValid(file: string, nowMs: number): boolean {
  if (!existsSync(file)) return false
  const { validToDate } = new NodeCertificate(readFileSync(file))
  return validToDate.getTime() > nowMs + 30 * DAY_MS
}

async function makeAuthority(folder: string, nowMs: number): Promise<void> {
  const keys = await makeKeys()
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: NAME,
    serialNumber: createHash('sha256').update(`ca ${nowMs}`).digest('hex').slice(0, 16),
    keys,
    signingAlgorithm: ALGORITHM,
    notBefore: new Date(nowMs - DAY_MS),
    notAfter: new Date(nowMs + 365 * DAY_MS),
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const files = authorityFiles(folder)
  writeFileSync(files.key, await toPem(keys.privateKey), { mode: 0o600 })
  writeFileSync(files.certificate, certificate.toString('pem'))
}

type Signer = { readonly certificate: X509Certificate; readonly key: webcrypto.CryptoKey }

async function makeLeaf(host: string, signer: Signer, nowMs: number): Promise<KeyPair> {
  const keys = await makeKeys()
  const names: readonly JsonGeneralName[] =
    host === 'localhost'
      ? [
          { type: 'dns', value: 'localhost' },
          { type: 'ip', value: '127.0.0.1' },
          { type: 'ip', value: '::1' },
        ]
      : [{ type: 'dns', value: host }]
  const leaf = await X509CertificateGenerator.create({
    subject: `CN=${host}`,
    issuer: signer.certificate.subject,
    serialNumber: createHash('sha256').update(`${host} ${nowMs}`).digest('hex').slice(0, 16),
    publicKey: keys.publicKey,
    signingKey: signer.key,
    signingAlgorithm: ALGORITHM,
    notBefore: new Date(nowMs - DAY_MS),
    notAfter: new Date(nowMs + 90 * DAY_MS),
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension([...names]),
      await AuthorityKeyIdentifierExtension.create(signer.certificate),
    ],
  })
  const chain = `${leaf.toString('pem')}\n${signer.certificate.toString('pem')}`
  return { key: await toPem(keys.privateKey), cert: chain }
}
