/** What somebody else sent or wrote. Text that is no JSON is like any other shape that does not fit: the caller's schema refuses it. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
