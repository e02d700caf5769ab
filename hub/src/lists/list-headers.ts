import type { IncomingHttpHeaders } from 'node:http'

/** RFC 9110, 12.5.3: gzip is named, or everything is, and neither with a weight of 0. Without the header nothing is encoded. */
export function acceptsGzip(header: string | string[] | undefined): boolean {
  let ofAll = false
  for (const item of String(header ?? '').split(',')) {
    const [coding = '', ...parameters] = item.split(';').map((part) => part.trim().toLowerCase())
    const isRefused = parameters.some((parameter) => /^q\s*=\s*0(?:\.0{0,3})?$/.test(parameter))
    if (coding === 'gzip' || coding === 'x-gzip') return !isRefused
    if (coding === '*') ofAll = !isRefused
  }
  return ofAll
}

/**
 * The second from whose start on nobody can have got the text before, so that two texts of one second have different ones (RFC 9110,
 * 8.8.2.2). It is told once it is past (8.8.2.1).
 */
export function lastModified(changedAt: Date): Date {
  return new Date((Math.floor(changedAt.getTime() / 1000) + 1) * 1000)
}

/** RFC 9110, 13.1.2 and 13.1.3: a list of tags goes before a time. @param etag with its quotes @param modifiedAt as `lastModified` */
export function isUnchanged(headers: IncomingHttpHeaders, etag: string, modifiedAt: Date): boolean {
  const tags = headers['if-none-match']
  if (tags !== undefined) {
    // Some caches ask with the weak form of what they got.
    return tags.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag)
  }
  const since = Date.parse(headers['if-modified-since'] ?? '')
  return !Number.isNaN(since) && modifiedAt.getTime() <= since
}
