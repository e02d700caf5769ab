import type { CertificateFault, RefusedCertificate } from '@postern/intel/certificates'

/** That a certificate is refused, whose it is, and what to do (ES-17). @param where `host:port` */
export function untrustedWords(where: string, { issuer, fault }: RefusedCertificate): string {
  return `${where} shows a certificate issued by ${issuer}, ${wordsOf[fault]}`
}

const wordsOf: Record<CertificateFault, string> = {
  chain:
    'which nobody here trusts. If that is a CA of yours, put its certificate as PEM into the folder of the setting caFolder.',
  time: 'which has ended or has not begun. Have it renewed there, or set the clock of this machine right.',
  names: 'which is for other names. Use a name that stands in it, or have it made anew for this one.',
}
