import { paths as unencoded } from '@postern/protocol'

type Paths = typeof unencoded
type Part = string | number

/** The hub's paths by their names in the protocol. An id stands in one as a part of it, whatever characters somebody put into the address of a page. */
// The same names, and functions of the same arguments.
export const paths = Object.fromEntries(
  Object.entries(unencoded).map(([name, path]) => [name, typeof path === 'string' ? path : encoded(path)]),
) as Paths

function encoded(path: (...parts: [never, never]) => string) {
  // What parts a path takes, its own type says to whoever calls it.
  return (...parts: Part[]) => path(...(parts.map(encodeURIComponent) as [never, never]))
}
