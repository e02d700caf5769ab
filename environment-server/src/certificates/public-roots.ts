import { readFileSync } from 'node:fs'
import { certificatesIn } from '@postern/intel/certificates'

/** Where distributions keep the roots that their own programs believe: Debian and SUSE, RHEL, Alpine. */
const bundles = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/ca-bundle.pem']

/** The public roots, PEM: the machine's own, which its administrator keeps, else those that came with the runtime. */
export function publicRoots(): string[] {
  for (const path of bundles) {
    try {
      const roots = certificatesIn(readFileSync(path, 'latin1'))
      if (roots.length > 0) return roots.map(String)
    } catch {
      // Not on this distribution, or damaged: then the next.
    }
  }
  return [...process.getBuiltinModule('node:tls').rootCertificates]
}
