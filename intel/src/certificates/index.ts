/**
 * CAs of one's own (ES-17), the same for the hub, the environment server, apps and the command line. Nothing here opens a file or a
 * connection: whoever calls gives what does.
 */
export { certificatesIn, readCaFolder } from './ca-folder.ts'
export type { CaFolder, FolderFiles } from './ca-folder.ts'
export { certificateFault } from './certificate-fault.ts'
export type { CertificateFault } from './certificate-fault.ts'
export { trustCaFolder } from './trust-ca-folder.ts'
export type { TlsTrustStore } from './trust-ca-folder.ts'
export { hearIssuer, refusedCertificate } from './refused-certificate.ts'
export type { RefusedCertificate, SecuringSocket } from './refused-certificate.ts'
export { refusedMailServerCertificate } from './mail-server-certificate.ts'
export type { MailServerDoor, MailServerLine } from './mail-server-certificate.ts'
