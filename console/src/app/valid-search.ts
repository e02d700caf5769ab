type Search = Record<string, unknown>

/**
 * Makes a page's reader of search parameters the only way in. The router lays what a reader gives over what stood in the
 * address, so that what the reader left out would come through as it was written; here it is taken out by name.
 */
export function validSearch<Read extends object>(read: (search: Search) => Read): (search: Search) => Read {
  return (search) => {
    const nothing = Object.fromEntries(Object.keys(search).map((name) => [name, undefined]))
    // Names that the reader does not give are as good as absent.
    return { ...nothing, ...read(asWritten(search)) } as Read
  }
}

/** The router reads `17` as a number and `true` as a flag before anybody is asked; an id that looks like one is a text all the same. */
function asWritten(search: Search): Search {
  const entries = Object.entries(search).map(([name, value]) => [
    name,
    typeof value === 'number' || typeof value === 'boolean' ? String(value) : value,
  ])
  return Object.fromEntries(entries)
}
