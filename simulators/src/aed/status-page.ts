import { hash } from 'node:crypto'

import type { LoggedRequest } from '../http/request-log.ts'
import type { Answer } from '../http/router.ts'
import { escapeHtml } from './escape-html.ts'
import { statusPageStyle } from './status-page-style.ts'

/** All that the page shows; no credential is among it. */
export interface StatusPageFacts {
  readonly url: string
  readonly fingerprintSha256: string
  readonly startedAt: Date
  readonly limits: { readonly indicatorsTotal: number; readonly indicatorsPerCollection: number }
  readonly collections: ReadonlyArray<{ readonly title: string; readonly indicators: number; readonly others: number }>
  /** Settings that differ from the default dialect. */
  readonly dialect: Readonly<Record<string, unknown>>
  readonly faults: ReadonlyArray<{ readonly on: string; readonly fault: string }>
  readonly requests: readonly LoggedRequest[]
}

const policy = [
  `default-src 'none'`,
  `style-src 'sha256-${hash('sha256', statusPageStyle, 'base64')}'`,
  `base-uri 'none'`,
  `form-action 'none'`,
  `frame-ancestors 'none'`,
].join('; ')

/** What the appliance holds and was asked, for a person at the same machine: plain HTML, no script. */
export function statusPage(facts: StatusPageFacts): Answer {
  const total = facts.collections.reduce((sum, collection) => sum + collection.indicators, 0)
  const body = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>AED rehearsal appliance</title>
<style>${statusPageStyle}</style>
</head>
<body>
<header>
<p class="eyebrow">Rehearsal appliance</p>
<h1>NETSCOUT AED</h1>
<p>Practises what a real appliance would be told. Nothing here blocks traffic.</p>
</header>
<main>
<dl class="facts">
${fact('Indicators held', `${number(total)} <small>of ${number(facts.limits.indicatorsTotal)}</small>`)}
${fact('Address', code(facts.url))}
${fact('Running since', time(facts.startedAt))}
${fact('Certificate SHA-256', code(facts.fingerprintSha256))}
</dl>
<section>
<h2>Collections</h2>
${table(
  ['Title', 'Indicators', 'Of its room', 'Other objects'],
  facts.collections.map((collection) => collectionRow(collection, facts)),
)}
</section>
${chips(
  'Dialect',
  Object.entries(facts.dialect).map(([key, value]) => `${key} = ${String(value)}`),
  'speaks its default dialect',
)}
${chips(
  'Faults in force',
  facts.faults.map((rule) => `${rule.on}: ${rule.fault}`),
  'none',
)}
<section>
<h2>Last requests</h2>
${facts.requests.length === 0 ? '<p class="quiet">None yet.</p>' : table(['Time', 'Request', 'Kind', 'Answer', 'ms'], facts.requests.map(requestRow))}
</section>
</main>
</body>
</html>
`
  return {
    status: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
      'referrer-policy': 'no-referrer',
    },
    body,
  }
}

function fact(label: string, html: string): string {
  return `<div><dt>${label}</dt><dd>${html}</dd></div>`
}

function table(heads: readonly string[], rows: readonly string[]): string {
  const head = heads.map((text) => `<th scope="col">${text}</th>`).join('')
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`
}

function collectionRow(collection: StatusPageFacts['collections'][number], { limits }: StatusPageFacts): string {
  const { indicators, others, title } = collection
  const meter = `<meter max="${limits.indicatorsPerCollection}" value="${indicators}">${indicators}</meter>`
  return `<tr><th scope="row">${escapeHtml(title)}</th><td class="number">${number(indicators)}</td><td>${meter}</td><td class="number">${number(others)}</td></tr>`
}

function requestRow(request: LoggedRequest): string {
  const { status } = request
  const tone = status === 0 || status >= 500 ? 'bad' : status >= 400 ? 'warn' : 'good'
  const answer = `<span class="answer ${tone}">${status === 0 ? 'dropped' : status}</span>`
  const what = `${escapeHtml(request.method)} ${code(request.path)}`
  return `<tr><td>${time(request.at)}</td><td>${what}</td><td>${escapeHtml(request.kind)}${request.fault === undefined ? '' : ` (${escapeHtml(request.fault)})`}</td><td>${answer}</td><td class="number">${request.durationMs.toFixed(0)}</td></tr>`
}

function chips(title: string, words: readonly string[], none: string): string {
  const list = words.map((word) => `<li>${escapeHtml(word)}</li>`).join('')
  return `<section><h2>${title}</h2>${words.length === 0 ? `<p class="quiet">${none}</p>` : `<ul class="chips">${list}</ul>`}</section>`
}

function code(text: string): string {
  return `<code>${escapeHtml(text)}</code>`
}

function time(at: Date): string {
  const iso = at.toISOString()
  return `<time datetime="${iso}">${iso.slice(0, 19).replace('T', ' ')} UTC</time>`
}

function number(value: number): string {
  return value.toLocaleString('en')
}
