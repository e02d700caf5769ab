type Search = Record<string, unknown>

/**
 * Makes a page's reader of search parameters the only way in. The router lays what a reader gives over what stood in the
 * address, so that what the reader left out would come through as it was written; here it is taken out by name.
 */
export function validSearch<Read extends object>(read: (search: Search) => Read): (search: Search) => Read {
  return (search) => {
    const nothing = Object.fromEntries(Object.keys(search).map((name) => [name, undefined]))
    // Names that the reader does not give are as good as absent.
    return { ...nothing, ...read(search) } as Read
  }
}
