/**
 * An app package is itself at fault. The message is one sentence or more that complete "The package is refused: " and say what to
 * mend; it begins in lower case, or with the entry's name in quotation marks.
 */
export class PackageFault extends Error {
  override name = 'PackageFault'
}
