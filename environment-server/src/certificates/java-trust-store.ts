import { X509Certificate } from 'node:crypto'

/**
 * A PKCS #12 file (RFC 7292) that every Java since 8 reads as a truststore. There is nothing secret in it, so it is neither encrypted
 * nor sealed with a password: who could change it could change the password's place as well. keytool would take half a second of a
 * JVM for each certificate.
 */
export function javaTrustStore(certificates: readonly string[]): Buffer {
  const bags = certificates.map((pem, index) => certificateBag(new X509Certificate(pem).raw, `ca-${index + 1}`))
  const safe = sequence(contentInfo(sequence(...bags)))
  return sequence(integer(3), contentInfo(safe))
}

const oids = {
  data: [1, 2, 840, 113549, 1, 7, 1],
  certificateBag: [1, 2, 840, 113549, 1, 12, 10, 1, 3],
  x509Certificate: [1, 2, 840, 113549, 1, 9, 22, 1],
  friendlyName: [1, 2, 840, 113549, 1, 9, 20],
  /** Oracle's: without it Java takes the certificate for somebody's, not for one to trust. */
  trustedKeyUsage: [2, 16, 840, 1, 113894, 746875, 1, 1],
  anyExtendedKeyUsage: [2, 5, 29, 37, 0],
}

function certificateBag(certificate: Buffer, alias: string): Buffer {
  return sequence(
    identifier(oids.certificateBag),
    explicit(sequence(identifier(oids.x509Certificate), explicit(octets(certificate)))),
    set(
      sequence(identifier(oids.friendlyName), set(element(0x1e, utf16BigEndian(alias)))),
      sequence(identifier(oids.trustedKeyUsage), set(identifier(oids.anyExtendedKeyUsage))),
    ),
  )
}

function contentInfo(content: Buffer): Buffer {
  return sequence(identifier(oids.data), explicit(octets(content)))
}

function sequence(...parts: Buffer[]): Buffer {
  return element(0x30, Buffer.concat(parts))
}

function set(...parts: Buffer[]): Buffer {
  return element(0x31, Buffer.concat(parts))
}

function explicit(content: Buffer): Buffer {
  return element(0xa0, content)
}

function octets(content: Buffer): Buffer {
  return element(0x04, content)
}

/** Below 128. */
function integer(value: number): Buffer {
  return element(0x02, Buffer.from([value]))
}

/** X.690, 8.19: the first two numbers share a byte, each number is written in groups of seven bits. */
function identifier([first = 0, second = 0, ...rest]: readonly number[]): Buffer {
  const bytes = [first * 40 + second, ...rest].flatMap((number) => {
    const groups = [number & 0x7f]
    for (let left = number >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80)
    return groups
  })
  return element(0x06, Buffer.from(bytes))
}

function utf16BigEndian(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16()
}

/** X.690, 8.1.3: definite lengths. */
function element(tag: number, content: Buffer): Buffer {
  const { length } = content
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content])
  const bytes: number[] = []
  for (let left = length; left > 0; left = Math.floor(left / 256)) bytes.unshift(left % 256)
  return Buffer.concat([Buffer.from([tag, 0x80 | bytes.length, ...bytes]), content])
}
