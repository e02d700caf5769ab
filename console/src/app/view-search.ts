import * as z from 'zod/mini'

/** Which of the views of a page is open, as it stands in the address; the first where it does not. */
export type ViewSearch<Name extends string, View extends string> = { [name in Name]?: View }

/**
 * The parameter of an address that says which view of a page is open, as `?view=rules`. The first view is not named, so that the
 * page has one address.
 */
export function viewSearch<const Name extends string, const View extends string>(
  name: Name,
  views: readonly [View, ...View[]],
) {
  const [first] = views
  const Named = z.enum(views)
  function toOpen(view: View): ViewSearch<Name, View> {
    // The one name that the type has.
    return (view === first ? {} : { [name]: view }) as ViewSearch<Name, View>
  }
  return {
    /** Reads it from the address; what makes no sense is left out. */
    read: (search: Record<string, unknown>) => toOpen(z.safeParse(Named, search[name]).data ?? first),
    /** What stands in the address while a view is open. */
    toOpen,
    /** The view that is open. */
    opened: (search: ViewSearch<Name, View>): View => search[name] ?? first,
  }
}
