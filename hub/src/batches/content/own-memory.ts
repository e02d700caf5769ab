/** Memory that these bytes share with no others, as what may change threads; a small Buffer lies among others. */
export function ownMemory({ buffer, byteLength }: Uint8Array<ArrayBuffer>): ArrayBuffer[] {
  return buffer.byteLength === byteLength ? [buffer] : []
}

/** Gives memory back at once, and not when memory is next looked through. Nobody reads or writes it any more. */
export function giveBack(memory: readonly ArrayBuffer[]): void {
  for (const buffer of memory) buffer.transfer(0)
}
