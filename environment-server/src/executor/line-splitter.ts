import { StringDecoder } from 'node:string_decoder'

/** Characters of one unfinished line that are kept; the rest of it is dropped until its end. */
const pendingCharactersMax = 64 * 1024

/** Bytes in, whole lines out, so that a secret across two chunks stands in one line when it is looked for. */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8')
  readonly #onLine: (line: string) => void
  #pending = ''
  #dropping = false

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine
  }

  write(chunk: Buffer): void {
    this.#take(this.#decoder.write(chunk))
  }

  end(): void {
    this.#take(this.#decoder.end())
    if (this.#pending !== '') this.#emit(this.#pending)
    this.#pending = ''
  }

  #take(text: string): void {
    let from = 0
    for (let at = text.indexOf('\n', from); at >= 0; at = text.indexOf('\n', from)) {
      this.#add(text.slice(from, at))
      this.#emit(this.#pending)
      this.#pending = ''
      this.#dropping = false
      from = at + 1
    }
    this.#add(text.slice(from))
  }

  #add(text: string): void {
    if (this.#dropping) return
    this.#pending += text
    if (this.#pending.length <= pendingCharactersMax) return
    this.#pending = this.#pending.slice(0, pendingCharactersMax)
    this.#dropping = true
  }

  #emit(line: string): void {
    this.#onLine(line.endsWith('\r') ? line.slice(0, -1) : line)
  }
}
