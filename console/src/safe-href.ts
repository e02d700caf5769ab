/**
 * The only way by which a `href` that is not the router's own may come into the page (S13): a path of this console, or an
 * https address without credentials. For anything else (`javascript:`, `data:`, `//host`, an indicator) there is no link.
 */
export function safeHref(address: string): string | undefined {
  if (isLocalPath(address)) return address
  if (!URL.canParse(address)) return undefined
  const url = new URL(address)
  if (url.protocol !== 'https:' || url.username !== '' || url.password !== '') return undefined
  return url.href
}

/** A path of this origin: one slash first, then no second one, no backslash and no character that URL parsers drop. */
export function isLocalPath(address: string): boolean {
  return /^\/(?![/\\])[^\\\p{Cc}\s]*$/u.test(address)
}
