import { X509Certificate } from 'node:crypto'

/** Of a CA folder, so that a mistaken path, such as `/`, costs no more than a sentence. */
const filesMax = 1_000
const fileBytesMax = 1024 * 1024

export type CaFolder = {
  /** PEM, one certificate each, without repetition. */
  certificates: string[]
  /** One sentence for each file that cannot be used, or not as it was meant. */
  problems: string[]
}

/** What reads the folder; `node:fs` is one. */
export type FolderFiles = {
  readdirSync(path: string): string[]
  statSync(path: string): { size: number }
  readFileSync(path: string, encoding: 'latin1'): string
}

/**
 * The certificates of the company's own CAs (ES-17): every file ending in .pem, .crt or .cer, each with one certificate or more.
 * A file that is no good is named and left out: the others hold all the same.
 *
 * @param setting by which name whoever reads the problems knows the folder
 */
export function readCaFolder(
  path: string | undefined,
  files: FolderFiles,
  { setting = 'caFolder', now = Date.now() }: { setting?: string; now?: number } = {},
): CaFolder {
  if (path === undefined || path === '') return { certificates: [], problems: [] }
  let names: string[]
  try {
    names = files.readdirSync(path).filter((name) => /\.(pem|crt|cer)$/i.test(name))
  } catch (error) {
    const reason = messageOf(error)
    return { certificates: [], problems: [`${setting} is ${path}, which cannot be read: ${reason}.`] }
  }
  const problems: string[] = []
  if (names.length > filesMax)
    problems.push(`${setting} ${path} holds more than ${filesMax} files; the first are taken.`)
  if (names.length === 0) problems.push(`${setting} ${path} holds no file that ends in .pem, .crt or .cer.`)
  const certificates = new Set<string>()
  for (const name of names.toSorted().slice(0, filesMax)) {
    const file = `${path.replace(/\/+$/, '')}/${name}`
    const read = readCertificates(file, files)
    if ('problem' in read) {
      problems.push(`${file} ${read.problem} and is left out.`)
      continue
    }
    for (const certificate of read.certificates) {
      certificates.add(certificate.toString())
      if (certificate.validToDate.getTime() < now)
        problems.push(`${file} holds ${subjectOf(certificate)}, which expired at ${certificate.validTo}.`)
    }
  }
  return { certificates: [...certificates], problems }
}

/** The certificates of a PEM text; throws where one of them is none. */
export function certificatesIn(text: string): X509Certificate[] {
  const blocks =
    text.match(/-----BEGIN (?:TRUSTED )?CERTIFICATE-----[^-]+-----END (?:TRUSTED )?CERTIFICATE-----/g) ?? []
  return blocks.map((block) => new X509Certificate(block))
}

function readCertificates(file: string, files: FolderFiles): { certificates: X509Certificate[] } | { problem: string } {
  try {
    if (files.statSync(file).size > fileBytesMax) return { problem: `is larger than ${fileBytesMax} bytes` }
    const text = files.readFileSync(file, 'latin1')
    if (text.includes('PRIVATE KEY')) return { problem: 'holds a private key, which belongs to its owner alone,' }
    const certificates = certificatesIn(text)
    return certificates.length > 0 ? { certificates } : { problem: 'holds no PEM certificate' }
  } catch (error) {
    return { problem: `cannot be read as PEM certificates (${messageOf(error)})` }
  }
}

function subjectOf(certificate: X509Certificate): string {
  return certificate.subject.replaceAll('\n', ', ') || 'a certificate without a name'
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
