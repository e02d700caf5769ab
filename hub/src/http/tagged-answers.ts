import type { ApiDocument } from './api-breaks.ts'

const headers = {
  ETag: {
    description: 'Tells what stands there apart from what stood there before; If-Match of a change takes it',
    schema: { type: 'string' },
  },
}

/** Says of every address at which a change may name what it replaces that its good answers have a tag (if-match.ts). */
export function describeTags<Document extends Partial<ApiDocument>>(document: Document): Document {
  for (const { get, put } of Object.values(document.paths ?? {})) {
    if (put?.parameters?.some(({ name }) => name === 'if-match') !== true) continue
    for (const operation of [get, put]) {
      const good = operation?.responses?.['200']
      if (good !== undefined) good.headers = headers
    }
  }
  return document
}
