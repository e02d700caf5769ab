/** The nonce that the hub wrote into index.html; whatever makes style elements puts it on them (S13). */
export function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? ''
}
