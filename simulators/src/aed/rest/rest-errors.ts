import type { Answer } from '../../http/router.ts'
import type { Refusal } from '../../http/refusal.ts'
import type { AedDialect } from '../dialect.ts'
import { escapeHtml } from '../escape-html.ts'

/** A refusal in the shape the dialect asks for; only `errors` is known from public clients. */
export function restError(refusal: Refusal, shape: AedDialect['errorShape']): Answer {
  const { status, code, message, field, headers } = refusal
  if (shape === 'html') {
    const body = `<!doctype html><title>${status}</title><h1>${escapeHtml(message)}</h1>`
    return { status, headers: { ...headers, 'content-type': 'text/html; charset=utf-8' }, body }
  }
  const error = { code, message, ...(field === undefined ? {} : { field }) }
  const body = JSON.stringify(shape === 'errors' ? { errors: [error] } : { message, code: status })
  return { status, headers: { ...headers, 'content-type': 'application/json' }, body }
}
