/** Bounds of readers: wrong credentials within a quarter of an hour, and certificates (D27). */
export const readerLimits = {
  /** Wrong passwords of one name from one address, or repetitions of one wrong token from there. */
  failuresOfOneMax: 10,
  /** Wrong credentials from one address, whosesoever: many readers may come from behind it. */
  failuresOfAddressMax: 100,
  /** Wrong passwords of one name, from wherever. */
  failuresOfNameMax: 100,
  /** Certificates of one reader: its own and those of its issuers up to the root. */
  chainCertificatesMax: 5,
  /** Bytes of the subjects of all certificates that the reader port trusts: it names them in each handshake, in one field of TLS (RFC 8446, 4.2.4). */
  trustedSubjectBytesMax: 60_000,
  /** Bits of a key of RSA, at least: OpenSSL takes no shorter one. */
  rsaKeyBitsMin: 2048,
} as const
