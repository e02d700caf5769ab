import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { type Performance, readPerformance } from './performance.ts'
import { performanceDocument } from './performance-document.ts'

const jsonFile = new URL('../../docs/performance.json', import.meta.url)
const documentFile = new URL('../../docs/performance.md', import.meta.url)

export function readPerformanceFile(): Performance | undefined {
  return existsSync(jsonFile) ? readPerformance(readFileSync(jsonFile, 'utf8')) : undefined
}

export function writePerformanceFile(performance: Performance): void {
  writeFileSync(jsonFile, `${JSON.stringify(performance, null, 2)}\n`)
}

/** After the figures, which stay if this throws: it can be done again once the words to a missed goal are there. */
export function writeDocument(performance: Performance): void {
  writeFileSync(documentFile, performanceDocumentNow(performance))
}

export function performanceDocumentNow(performance: Performance): string {
  const benches = new Set(performance.rows.map((row) => row.bench))
  return performanceDocument(performance, Object.fromEntries([...benches].map((bench) => [bench, findingsOf(bench)])))
}

/** What is in docs/performance.md. */
export function writtenDocument(): string {
  return readFileSync(documentFile, 'utf8')
}

function findingsOf(bench: string): string | undefined {
  const file = new URL(`./${bench}/findings.md`, import.meta.url)
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}
