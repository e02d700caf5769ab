import { mistakeInPassword, NewPassword, Username } from '@postern/protocol'
import * as z from 'zod/mini'

export interface SetUpMistakes {
  username?: string
  password?: string
  repeated?: string
}

/** What is wrong with a password that is chosen, by the rules that the hub checks again. */
export function passwordMistakes(fields: { username?: string; password: string; repeated: string }): SetUpMistakes {
  const mistakes: SetUpMistakes = {}
  const mistake = mistakeInPassword(fields.password, fields.username)
  if (!z.safeParse(NewPassword, fields.password).success) {
    mistakes.password = `A password has 12 to 200 characters; this one has ${fields.password.length}`
  } else if (mistake !== undefined) mistakes.password = `Choose another one: ${mistake}`
  if (fields.repeated !== fields.password) mistakes.repeated = 'The two passwords differ'
  return mistakes
}

/** What is wrong with the fields of the set-up form, by the rules that the hub checks again. */
export function setUpMistakes(fields: { username: string; password: string; repeated: string }): SetUpMistakes {
  const mistakes: SetUpMistakes = {}
  if (!z.safeParse(Username, fields.username).success) {
    mistakes.username = 'A user name has 1 to 254 characters, and no spaces'
  }
  return { ...mistakes, ...passwordMistakes(fields) }
}

/** Whether a token may be one that the hub made, 32 bytes in base64url; one that was cut when a link was copied is none. */
export function isWholeLinkToken(token: string): boolean {
  return /^[\w-]{43}$/.test(token)
}
