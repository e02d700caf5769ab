/** An archive cannot be read. The message is the rest of a sentence that says which. */
export class TarFault extends Error {
  override readonly name = 'TarFault'
}
