/**
 * Reads a host, `host:port`, `[v6]:port` or https URL, and gives it back as it was written.
 * @throws Error that says what to write; credentials in a URL are refused, since addresses are shown and logged.
 */
export function readAddress(text: string): string {
  const url = addressUrl(text)
  if (url.username !== '' || url.password !== '')
    throw new Error('must not hold a user name or password; there are fields for them')
  return text
}

/**
 * The URL behind an address parameter: `https` unless it says otherwise.
 * @throws Error when it is neither a host nor an https URL.
 */
export function addressUrl(text: string): URL {
  const written = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`
  const url = URL.parse(written)
  if (url === null || url.hostname === '' || /^\/|\s/.test(text))
    throw new Error('must be a host, host:port or https URL')
  if (url.protocol !== 'https:') throw new Error('must be reached by https; nothing is sent in the clear')
  return url
}
