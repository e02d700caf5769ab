import type { Environment } from '@postern/protocol'

/** The pages with one environment replaced by what it has become. */
export function withEnvironment<Page extends { data: Environment[] }>(
  pages: readonly Page[],
  changed: Environment,
): Page[] {
  return pages.map((page) => ({ ...page, data: page.data.map((each) => (each.id === changed.id ? changed : each)) }))
}

/** The pages without one that is gone. */
export function withoutEnvironment<Page extends { data: Environment[] }>(pages: readonly Page[], id: string): Page[] {
  return pages.map((page) => ({ ...page, data: page.data.filter((each) => each.id !== id) }))
}
