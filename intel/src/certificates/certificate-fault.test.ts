import { expect, test } from 'vitest'
import { certificateFault } from './certificate-fault.ts'

test.each([
  // Node and OpenSSL
  ['self-signed certificate in certificate chain', 'chain'],
  ['Error: unable to get local issuer certificate', 'chain'],
  ['EE certificate key too weak', 'chain'],
  ['certificate has expired', 'time'],
  ['CERT_NOT_YET_VALID certificate is not yet valid', 'time'],
  [`Hostname/IP does not match certificate's altnames: Host: a.example. is not in the cert's altnames`, 'names'],
  // Python
  ['[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate (_ssl.c:1006)', 'chain'],
  ['[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired (_ssl.c:1006)', 'time'],
  [`certificate verify failed: Hostname mismatch, certificate is not valid for 'a.example'. (_ssl.c:1006)`, 'names'],
  // Java
  ['PKIX path building failed: unable to find valid certification path to requested target', 'chain'],
  ['PKIX path validation failed: java.security.cert.CertificateExpiredException: NotAfter: Sat Nov 21', 'time'],
  ['java.security.cert.CertificateException: No subject alternative DNS name matching a.example found.', 'names'],
  // Go
  ['x509: certificate signed by unknown authority', 'chain'],
  ['x509: certificate has expired or is not yet valid: current time 2026-11-22', 'time'],
  ['x509: certificate is valid for b.example, not a.example', 'names'],
  // Something else
  ['tlsv13 alert certificate required', undefined],
  ['connect ECONNREFUSED 127.0.0.1:25', undefined],
])('ES-17: %j is told as a certificate that is refused for its %s', (words, fault) => {
  expect(certificateFault(words)).toBe(fault)
})
