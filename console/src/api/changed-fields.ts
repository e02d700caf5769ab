/**
 * What of a thing was changed in a form, and nothing else: what was not touched stays as others left it, whoever changed it since the
 * form was opened.
 * @param before what would be sent of the thing as the form found it
 * @param after what would be sent of it as it stands in the form now
 */
export function changedFields<Body extends object>(before: Body, after: Body): Partial<Body> {
  const found = new Map<string, unknown>(Object.entries(before))
  const changed = Object.entries(after).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(found.get(name)),
  )
  // Entries of a body, some of them left out, are a part of that body.
  return Object.fromEntries(changed) as Partial<Body>
}
