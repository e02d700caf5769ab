import * as fc from 'fast-check'

const surrogatesFrom = 0xd800
const surrogates = 0x800
const codePointMax = 0x10ffff

/**
 * Any character of Unicode but a half one: the unit of texts that may hold anything. It draws what fast-check's own unit `binary`
 * does; that one makes a table of all 1,112,064 characters in each process, which costs a second and 180 MB.
 */
export const anyCharacter: fc.Arbitrary<string> = fc.nat({ max: codePointMax - surrogates }).map(characterAt, indexOf)

function characterAt(index: number): string {
  return String.fromCodePoint(index < surrogatesFrom ? index : index + surrogates)
}

/** The other way, by which fast-check knows what its own dangerous texts are made of. @throws Error for anything but one character */
function indexOf(character: unknown): number {
  const codePoint = typeof character === 'string' ? character.codePointAt(0) : undefined
  if (codePoint === undefined || String.fromCodePoint(codePoint) !== character || !character.isWellFormed())
    throw new Error('this is not one character')
  return codePoint < surrogatesFrom ? codePoint : codePoint - surrogates
}
