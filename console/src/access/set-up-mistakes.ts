import { NewPassword, Username } from '@postern/protocol'
import * as z from 'zod/mini'

export interface SetUpMistakes {
  username?: string
  password?: string
  repeated?: string
}

/** What is wrong with the fields of the set-up form, by the rules that the hub checks again. */
export function setUpMistakes(fields: { username: string; password: string; repeated: string }): SetUpMistakes {
  const mistakes: SetUpMistakes = {}
  if (!z.safeParse(Username, fields.username).success) {
    mistakes.username = 'A user name has 1 to 254 characters, and no spaces'
  }
  if (!z.safeParse(NewPassword, fields.password).success) {
    mistakes.password = `A password has 12 to 200 characters; this one has ${fields.password.length}`
  }
  if (fields.repeated !== fields.password) mistakes.repeated = 'The two passwords differ'
  return mistakes
}
