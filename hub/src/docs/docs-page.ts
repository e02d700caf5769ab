import { createHash } from 'node:crypto'
import { escapeXml } from '@postern/intel'
import { paths, ProblemCode } from '@postern/protocol'
import { type ApiDocument, type Operation, operationsOf } from '../http/api-breaks.ts'
import { problemAnchor, statusOf, titleOf } from '../http/problem-reply.ts'
import { schemaText } from './schema-text.ts'

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
pre { overflow-x: auto; padding: .75rem; border: 1px solid #8888; border-radius: .25rem }
section { border-top: 1px solid #8888; margin-top: 2rem }
td, th { text-align: left; padding: .25rem 1rem .25rem 0; vertical-align: top }
`

/** For the page's Content-Security-Policy, which allows no other style. */
export const styleHash = `sha256-${createHash('sha256').update(style).digest('base64')}`

/** The whole documentation as one page of HTML. Every text in it is escaped, the API's own descriptions too. */
export function docsPage(document: ApiDocument): string {
  const byTag = Map.groupBy(operationsOf(document), ([, , , { tags }]) => tags?.[0] ?? 'other')
  const tags = [...byTag.keys()].toSorted()
  const contents = tags.map((tag) => `<li><a href="#${escapeXml(tag)}">${escapeXml(tag)}</a></li>`)
  const sections = tags.map((tag) => {
    const operations = (byTag.get(tag) ?? []).map(([name, , , operation]) => operationHtml(name, operation))
    return `<section id="${escapeXml(tag)}"><h2>${escapeXml(tag)}</h2>${operations.join('')}</section>`
  })
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Postern API</title><style>${style}</style></head>
<body>
<h1>Postern API</h1>
<p>Send an API token as <code>Authorization: Bearer …</code>. Ids are opaque strings; a list is <code>{ data, next }</code>: send
<code>next</code> as <code>cursor</code> for the page after. The same as OpenAPI 3.1: <a href="${paths.openapi}">${paths.openapi}</a>.</p>
<ul>${contents.join('')}<li><a href="#problems">problems</a></li></ul>
${sections.join('\n')}
${problemsHtml()}
</body>
</html>
`
}

function operationHtml(name: string, { operationId, summary, parameters, requestBody, responses }: Operation): string {
  const rows = (parameters ?? []).map(
    (each) =>
      `<tr><td><code>${escapeXml(each.name)}</code></td><td>${escapeXml(each.in)}${each.required === true ? ', required' : ''}</td><td><code>${escapeXml(schemaText(each.schema ?? {}))}</code></td><td>${escapeXml(each.description ?? '')}</td></tr>`,
  )
  const bodies = Object.entries(requestBody?.content ?? {}).map(([type, { schema }]) =>
    schemaHtml(`Body, ${type}`, schema),
  )
  const answers = Object.entries(responses ?? {}).flatMap(([status, { content }]) =>
    Object.entries(content ?? {}).map(([type, { schema }]) => schemaHtml(`Answer ${status}, ${type}`, schema)),
  )
  return `<article id="${escapeXml(operationId ?? name)}"><h3><code>${escapeXml(name)}</code></h3>
<p>${escapeXml(summary ?? '')}</p>
${rows.length === 0 ? '' : `<table>${rows.join('')}</table>`}${bodies.join('')}${answers.join('')}</article>`
}

function schemaHtml(title: string, schema: Parameters<typeof schemaText>[0] | undefined): string {
  return `<h4>${escapeXml(title)}</h4><pre>${escapeXml(schemaText(schema ?? {}))}</pre>`
}

/** What a problem document's `type` points at. */
function problemsHtml(): string {
  const rows = ProblemCode.options.map(
    (code) =>
      `<tr id="${problemAnchor(code)}"><td><code>${code}</code></td><td>${statusOf[code]}</td><td>${escapeXml(titleOf[code])}.</td></tr>`,
  )
  return `<section id="problems"><h2>Problems</h2>
<p>A refused request is answered with <code>application/problem+json</code> (RFC 9457): <code>detail</code> says what was wrong and
what to do, <code>requestId</code> finds the request in the hub's log.</p>
<table><tr><th>code</th><th>status</th><th>meaning</th></tr>${rows.join('')}</table></section>`
}
