import { type FolderFiles, readCaFolder } from './ca-folder.ts'

/** What holds the CAs that a process believes where nobody names others; `node:tls` is one. */
export type TlsTrustStore = {
  getCACertificates(of: 'default'): string[]
  setDefaultCACertificates(certificates: readonly string[]): void
}

/**
 * From now on this process believes the folder's CAs beside the public roots, wherever it connects over TLS and names no others.
 *
 * @param variable by which name the folder was given
 * @returns how many there are, and one sentence for each file that cannot be used
 */
export function trustCaFolder(
  path: string | undefined,
  variable: string,
  { files, tls }: { files: FolderFiles; tls: TlsTrustStore },
): { trusted: number; problems: string[] } {
  const { certificates, problems } = readCaFolder(path, files, { setting: variable })
  if (certificates.length > 0) tls.setDefaultCACertificates([...tls.getCACertificates('default'), ...certificates])
  return { trusted: certificates.length, problems }
}
