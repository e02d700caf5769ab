import { refuse } from './refusal.ts'
import type { Refusal } from './refusal.ts'

/* eslint-disable no-control-regex -- control characters are what these look for */
const notPrintableAscii = /[^\u0020-\u007e]/
const controlCharacter = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/
const bidiControl = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/

/**
 * What no canonical value holds (S6), since a list, a log or a screen would act on it: C0, DEL, C1, U+2028, U+2029,
 * surrogates without their partner, and the controls that turn the reading direction around.
 */
export function findForbiddenCharacter(text: string): Refusal | undefined {
  if (!notPrintableAscii.test(text)) return undefined
  const control = controlCharacter.exec(text)
  if (control) {
    return refuse(
      'control-character',
      `The value holds the control character ${codePoint(control[0])} at character ${control.index + 1}; remove it, or split the value there.`,
    )
  }
  const bidi = bidiControl.exec(text)
  if (bidi) {
    return refuse(
      'bidi-control',
      `The value holds ${codePoint(bidi[0])} at character ${bidi.index + 1}, which makes text read in another order than it is stored; remove it.`,
    )
  }
  if (!text.isWellFormed()) {
    return refuse(
      'unpaired-surrogate',
      'The value holds half of a character (an unpaired surrogate); it was cut or decoded wrongly at its source.',
    )
  }
  return undefined
}

function codePoint(character: string): string {
  return `U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`
}
