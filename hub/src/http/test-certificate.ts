import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const uses = { client: x509.ExtendedKeyUsage.clientAuth, server: x509.ExtendedKeyUsage.serverAuth }

const loopbackNames: x509.JsonGeneralName[] = [
  { type: 'dns', value: 'localhost' },
  { type: 'ip', value: '127.0.0.1' },
]

/** In PEM, with the SHA-256 of the DER. */
export type TestCertificate = { cert: string; key: string; sha256: string }

/** A certificate for hub.example.org that nobody vouches for, with its key and the SHA-256 of its DER. */
export async function selfSigned(notAfter: Date, name = 'CN=hub.example.org'): Promise<TestCertificate> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name,
    notBefore: new Date(Date.now() - 86_400_000),
    notAfter,
    signingAlgorithm: algorithm,
    keys,
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'hub.example.org' }])],
  })
  return await toPem(certificate, keys.privateKey)
}

/** An authority of a site; what it issues is followed by its own certificate. */
export async function makeAuthority(name: string, notAfter: Date) {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const notBefore = new Date(Date.now() - 86_400_000)
  const own = await x509.X509CertificateGenerator.createSelfSigned({
    name,
    notBefore,
    notAfter,
    signingAlgorithm: algorithm,
    keys,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  })
  const cert = own.toString('pem')
  return {
    cert,
    async issue(subject: string, use: keyof typeof uses): Promise<TestCertificate> {
      const pair = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
      const certificate = await x509.X509CertificateGenerator.create({
        subject,
        issuer: own.subjectName,
        notBefore,
        notAfter,
        signingAlgorithm: algorithm,
        publicKey: pair.publicKey,
        signingKey: keys.privateKey,
        extensions: [
          new x509.ExtendedKeyUsageExtension([uses[use]]),
          ...(use === 'server' ? [new x509.SubjectAlternativeNameExtension(loopbackNames)] : []),
        ],
      })
      const issued = await toPem(certificate, pair.privateKey)
      return { ...issued, cert: `${issued.cert}\n${cert}` }
    },
  }
}

async function toPem(certificate: x509.X509Certificate, privateKey: webcrypto.CryptoKey): Promise<TestCertificate> {
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', privateKey)).toString('base64')
  return {
    cert: certificate.toString('pem'),
    key: `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n`,
    sha256: Buffer.from(await certificate.getThumbprint('SHA-256')).toString('hex'),
  }
}
